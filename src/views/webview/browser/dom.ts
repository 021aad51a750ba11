type Attributes = Readonly<Record<string, string | boolean | undefined>>;
type Child = Node | string;

/** An element with attributes and children. A `true` attribute is empty, a `false` or undefined one absent. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children);
  return made;
}

/** A button that says what it does. */
export function button(label: string, action: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, label);
  made.addEventListener('click', action);
  return made;
}

/** A choice with its label. */
export function choice<T extends string | number>(
  label: string,
  options: readonly (readonly [value: T, text: string])[],
  value: T,
  changed: (value: T) => void,
): HTMLLabelElement & { readonly select: HTMLSelectElement } {
  const select = element(
    'select',
    {},
    ...options.map(([each, text]) => element('option', { value: `${each}`, selected: each === value }, text)),
  );
  select.addEventListener('change', () => changed(options[select.selectedIndex]![0]));
  return Object.assign(element('label', { class: 'field' }, label, select), { select });
}

/** Changes a text only when it is another one, so that screen readers and layout are left in peace. */
export function write(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
