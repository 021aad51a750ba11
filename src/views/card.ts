/** A place in the source that a card leads to. */
export interface CardPlace {
  /** Absolute path. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** As it is shown: `motor/mc_interface.c:1988`. */
  readonly label: string;
  /** What the code does there, in a word or two. */
  readonly role: string;
  /** The function it is in. */
  readonly function: string;
  /** The line itself. */
  readonly text: string;
}

/** A number with its picture: a bar from `from` to `to` on a scale, and marks on it. */
export interface CardGauge {
  readonly min: number;
  readonly max: number;
  readonly from: number;
  readonly to: number;
  readonly marks?: readonly { readonly at: number; readonly title: string }[];
  /** Beyond what is usual: drawn in the colour of warnings. */
  readonly hot?: boolean;
}

export interface CardRow {
  readonly name: string;
  readonly value: string;
  readonly gauge?: CardGauge;
}

export type CardSection =
  | { readonly kind: 'text'; readonly heading?: string; readonly lines: readonly string[] }
  | { readonly kind: 'list'; readonly heading: string; readonly items: readonly string[] }
  | { readonly kind: 'table'; readonly heading: string; readonly rows: readonly CardRow[] }
  | {
      readonly kind: 'places';
      readonly heading: string;
      readonly places: readonly CardPlace[];
      /** What stands there instead of places. */
      readonly empty: string;
    };

/** What a person looks at to understand one event: plain data, put into words and pictures elsewhere. */
export interface Card {
  readonly title: string;
  /** Whose it is, and when. */
  readonly subtitle: string;
  readonly severity: 'error' | 'warning' | 'information';
  readonly sections: readonly CardSection[];
}

/** All places of a card, in the order in which its links count them. */
export function placesOf(card: Card): CardPlace[] {
  return card.sections.flatMap((section) => (section.kind === 'places' ? section.places : []));
}
