import '../dom';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawManual } from '../../src/report/manual';

test('a page has headings, paragraphs, lists and code', () => {
  const page =
    'First\nline.\n\n## Example\n```python\nx = 1\n\ny = 2\n```\n- one `x`\n  goes on\n- two';
  const html = drawManual(page).innerHTML.replace(/ class="[^"]*"/g, '');
  assert.equal(
    html,
    '<p>First line.</p><h5>Example</h5><pre>x = 1\n\ny = 2</pre>' +
      '<ul><li>one <code>x</code> goes on</li><li>two</li></ul>'
  );
});
