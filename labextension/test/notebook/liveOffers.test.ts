import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fillOffers, fillStops, keepKeys } from '../../src/notebook/liveOffers';
import '../dom';
import { texts } from '../sample';

describe('a fix in the live view', () => {
  const draw = (place: string): HTMLElement => {
    const root = document.createElement('div');
    root.innerHTML =
      '<div class="nbd-cure"><pre class="nbd-diff">said by Python</pre>' +
      `<div class="nbd-offer" data-nbd-place="${place}" hidden></div></div>`;
    fillOffers(root, at => (at === '0:0' ? document.createElement('article') : null), false);
    return root;
  };

  test('is drawn in its place, instead of the lines that Python sent', () => {
    const root = draw('0:0');
    assert.ok(root.querySelector('.nbd-offer:not([hidden]) > article'));
    assert.ok(root.querySelector('.nbd-diff[hidden]'));
  });

  test('is none where the stored report has none', () => {
    const root = draw('9:9');
    assert.ok(root.querySelector('.nbd-offer[hidden]:empty'));
    assert.equal(root.querySelector('.nbd-diff[hidden]'), null);
  });

  test('changes nothing where it is as it should be, or its observer never comes to rest', () => {
    const root = draw('9:9');
    const { MutationObserver: Observer } = document.defaultView as unknown as typeof globalThis;
    const observer = new Observer(() => undefined);
    observer.observe(root, { attributes: true, childList: true, subtree: true });
    fillOffers(root, () => null, true);
    assert.deepEqual(observer.takeRecords(), []);
  });
});

test('what is tried on copies is stopped by a button, which is drawn once', () => {
  const root = document.createElement('div');
  const place = document.createElement('div');
  place.className = 'nbd-stop';
  place.hidden = true;
  root.append(place);
  let stopped = 0;
  const stop = (): void => {
    stopped += 1;
  };
  fillStops(root, 'Stop', stop);
  fillStops(root, 'Stop', stop);
  assert.deepEqual(texts(root, 'button'), ['Stop']);
  assert.equal(place.hidden, false);
  root.querySelector('button')?.click();
  assert.equal(stopped, 1);
});

test('arrow keys in a list of the live view are no shortcuts of the notebook', () => {
  const root = document.createElement('div');
  root.append(document.createElement('select'));
  keepKeys(root);
  assert.ok(root.querySelector('select[data-lm-suppress-shortcuts=true]'));
});
