/** DOM without markup: whatever a report says becomes text, never HTML. */

type Child = Node | string;

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className !== '') {
    made.className = className;
  }
  made.append(...children);
  return made;
}

/** A text in which backticks mark code. */
export function inline(text: string): Child[] {
  return text
    .split(/`([^`]+)`/)
    .map((part, index) => (index % 2 === 1 ? element('code', 'nbd-Code', part) : part))
    .filter(part => part !== '');
}

/** Something unfolded by a click on `title`. */
export function folded(title: Child[], ...children: Child[]): HTMLDetailsElement {
  return element(
    'details',
    'nbd-Fold',
    element('summary', 'nbd-Fold-title', ...title),
    ...children
  );
}

let made = 0;

/** A prefix for the ids of one drawing; many reports can stand on one page. */
export function idPrefix(): string {
  made += 1;
  return `nbd-${made}-`;
}
