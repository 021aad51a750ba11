import type { Card, CardGauge, CardPlace, CardRow, CardSection } from './card';

/** What a page needs of the editor that shows it. */
export interface CardPage {
  /** Source of the style sheet and the script; nothing else is allowed. */
  readonly cspSource: string;
  readonly styleUri: string;
  readonly scriptUri: string;
}

const GAUGE_WIDTH = 200;
const GAUGE_HEIGHT = 10;

/** A whole page for `card`. Nothing in the card is taken for markup, and the page reaches nothing outside. */
export function cardPage(card: Card, { cspSource, styleUri, scriptUri }: CardPage): string {
  const policy = `default-src 'none'; style-src ${cspSource}; script-src ${cspSource};`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${escape(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(card.title)}</title>
<link rel="stylesheet" href="${escape(styleUri)}">
</head>
<body>
<main id="card">${cardBody(card)}</main>
<script src="${escape(scriptUri)}"></script>
</body>
</html>`;
}

/** The content of the page, to be put in place of an older one. */
export function cardBody(card: Card): string {
  let count = 0;
  const number = (): number => count++;
  return (
    `<header class="${card.severity}"><h1>${escape(card.title)}</h1>` +
    `<p class="subtitle">${escape(card.subtitle)}</p></header>` +
    card.sections.map((section) => `<section>${sectionHtml(section, number)}</section>`).join('')
  );
}

function sectionHtml(section: CardSection, number: () => number): string {
  const heading = section.heading === undefined ? '' : `<h2>${escape(section.heading)}</h2>`;
  switch (section.kind) {
    case 'text':
      return heading + section.lines.map((line) => `<p>${escape(line)}</p>`).join('');
    case 'list':
      return `${heading}<ul>${section.items.map((item) => `<li>${escape(item)}</li>`).join('')}</ul>`;
    case 'table':
      return `${heading}<table>${section.rows.map(rowHtml).join('')}</table>`;
    case 'places':
      return section.places.length === 0
        ? `${heading}<p class="empty">${escape(section.empty)}</p>`
        : `${heading}<ol class="places">${section.places.map((place) => placeHtml(place, number())).join('')}</ol>`;
  }
}

function rowHtml({ name, value, gauge }: CardRow): string {
  // The letters among hexadecimal digits are of another width, but for those of code.
  const shown = value.startsWith('0x') ? `<code>${escape(value)}</code>` : escape(value);
  return (
    `<tr><th scope="row">${escape(name)}</th><td class="value">${shown}</td>` +
    `<td class="gauge">${gauge ? gaugeHtml(gauge) : ''}</td></tr>`
  );
}

/** The number beside it says the same, so it is hidden from screen readers. */
function gaugeHtml({ min, max, from, to, marks = [], hot = false }: CardGauge): string {
  const x = (value: number): number => {
    const share = (Math.min(max, Math.max(min, value)) - min) / (max - min);
    return Number.isFinite(share) ? Math.round(share * GAUGE_WIDTH) : 0;
  };
  const left = Math.min(x(from), x(to));
  const width = Math.max(2, Math.abs(x(to) - x(from)));
  const zero =
    min < 0 && max > 0 ? `<rect class="zero" x="${x(0)}" y="0" width="1" height="${GAUGE_HEIGHT}"/>` : '';
  const drawn = marks
    .map(
      ({ at, title }) =>
        `<rect class="mark" x="${x(at) - 1}" y="0" width="2" height="${GAUGE_HEIGHT}"><title>${escape(title)}</title></rect>`,
    )
    .join('');
  return (
    `<svg viewBox="0 0 ${GAUGE_WIDTH} ${GAUGE_HEIGHT}" width="${GAUGE_WIDTH}" height="${GAUGE_HEIGHT}" aria-hidden="true">` +
    `<rect class="scale" x="0" y="3" width="${GAUGE_WIDTH}" height="4"/>` +
    `<rect class="${hot ? 'bar hot' : 'bar'}" x="${left}" y="1" width="${width}" height="8"/>${zero}${drawn}</svg>`
  );
}

function placeHtml({ label, role, function: name, text }: CardPlace, index: number): string {
  const where = name === '' ? '' : ` in <code>${escape(name)}</code>`;
  return (
    `<li><button type="button" data-place="${index}" aria-label="${escape(`Go to ${label}, ${role}`)}">${escape(label)}</button>` +
    `<span class="role">${escape(role)}${where}</span>${text === '' ? '' : `<pre>${escape(text)}</pre>`}</li>`
  );
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => ENTITIES[letter]!);
}

/** What a page may ask for: to go to one of its places. Undefined for anything else that arrives. */
export function readCardMessage(message: unknown): { readonly place: number } | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { type, place } = message as Record<string, unknown>;
  return type === 'open' && typeof place === 'number' && Number.isInteger(place) && place >= 0
    ? { place }
    : undefined;
}
