/** DOM without markup: whatever a report says becomes text, never HTML. */

/** Lists are put in as lists: as arguments of one call they could be too many. */
export type Child = Node | string | readonly Child[];

export function append(parent: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (typeof child === 'string' || child instanceof Node) {
      parent.append(child);
    } else {
      append(parent, child);
    }
  }
}

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className !== '') {
    made.className = className;
  }
  append(made, children);
  return made;
}

/** A text in which backticks mark code. */
export function inline(text: string): (Node | string)[] {
  return text
    .split(/`([^`]+)`/)
    .map((part, index) => (index % 2 === 1 ? element('code', 'nbd-Code', part) : part))
    .filter(part => part !== '');
}

/** Something unfolded by a click on `title`. */
export function folded(title: Child, ...children: Child[]): HTMLDetailsElement {
  return element('details', 'nbd-Fold', element('summary', 'nbd-Fold-title', title), children);
}

export function button(text: string, className = ''): HTMLButtonElement {
  const made = element('button', className, inline(text));
  made.type = 'button';
  return made;
}

let made = 0;

/** A prefix for the ids of one drawing; many reports can stand on one page. */
export function idPrefix(): string {
  made += 1;
  return `nbd-${made}-`;
}
