import { element } from '../../webview/browser/dom';
import { tabAfter } from '../tabKeys';

export interface Tab {
  readonly label: string;
  readonly content: HTMLElement;
  readonly onSeen?: (seen: boolean) => void;
}

/** Tabs as keyboards and screen readers know them: arrows, Home and End move between them. */
export function tabs(list: readonly Tab[]): {
  readonly bar: HTMLElement;
  readonly contents: readonly HTMLElement[];
} {
  const buttons = list.map(({ label }, index) =>
    element(
      'button',
      { type: 'button', role: 'tab', id: `tab-${index}`, 'aria-controls': `content-${index}` },
      label,
    ),
  );
  const select = (chosen: number, focus: boolean): void => {
    list.forEach(({ content, onSeen }, index) => {
      const isChosen = index === chosen;
      buttons[index]!.setAttribute('aria-selected', `${isChosen}`);
      buttons[index]!.tabIndex = isChosen ? 0 : -1;
      content.hidden = !isChosen;
      onSeen?.(isChosen);
    });
    if (focus) buttons[chosen]!.focus();
  };
  buttons.forEach((each, index) => {
    each.addEventListener('click', () => select(index, false));
    each.addEventListener('keydown', (event) => {
      const next = tabAfter(event.key, index, list.length);
      if (next === undefined) return;
      // Home and End would scroll what is below.
      event.preventDefault();
      select(next, true);
    });
  });
  list.forEach(({ content }, index) => {
    content.setAttribute('role', 'tabpanel');
    content.id = `content-${index}`;
    content.setAttribute('aria-labelledby', `tab-${index}`);
  });
  select(0, false);
  return {
    bar: element('div', { role: 'tablist', 'aria-label': 'Views', class: 'tabs' }, ...buttons),
    contents: list.map(({ content }) => content),
  };
}
