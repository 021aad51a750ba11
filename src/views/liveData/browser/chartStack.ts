import { Chart, X_HEIGHT } from './chart';
import { element } from '../../webview/browser/dom';
import { axisTime } from './format';
import type { ShownSignal, Source } from './liveSource';

/** Below this a curve cannot be read; the stack scrolls instead. */
const MIN_HEIGHT = 60;
const TITLE_HEIGHT = 20;
/** Two points a pixel is all that can be seen. */
const BUCKETS_PER_PIXEL = 1;

interface Panel {
  readonly chart: Chart;
  readonly ids: readonly string[];
}

/** One chart for each unit, under each other, with one time and one cursor. */
export class ChartStack {
  readonly element = element('div', { class: 'stack' });
  private panels: readonly Panel[] = [];

  constructor(
    private readonly onCursor: (time_s: number | null) => void,
    private readonly onSelect: (from_s: number, to_s: number) => void,
  ) {
    new ResizeObserver(() => this.resize()).observe(this.element);
  }

  setSignals(signals: readonly ShownSignal[]): void {
    for (const { chart } of this.panels) chart.destroy();
    const units = [...new Set(signals.map(({ unit }) => unit))];
    this.element.replaceChildren();
    this.panels = units.map((unit, at) => {
      const hasAxis = at === units.length - 1;
      const lines = signals
        .map((signal, index) => ({ signal, label: signal.label, index }))
        .filter(({ signal }) => signal.unit === unit);
      const title = `${lines.map(({ label }) => label).join(', ')}${unit === '' ? '' : ` [${unit}]`}`;
      const place = element(
        'div',
        { class: 'panel' },
        element('div', { class: 'title', 'aria-hidden': 'true' }, title),
      );
      this.element.append(place);
      const chart = new Chart(
        place,
        {
          title,
          sync: 'time',
          lines,
          x: axisTime,
          hasAxis,
          onCursor: (time_s) => this.onCursor(time_s),
          onSelect: (from_s, to_s) => this.onSelect(from_s, to_s),
        },
        () => this.size(units.length, hasAxis),
      );
      return { chart, ids: lines.map(({ signal }) => signal.id) };
    });
  }

  draw({ buffer }: Source, [from_s, to_s]: readonly [number, number]): void {
    const buckets = Math.max(100, Math.round(this.element.clientWidth * BUCKETS_PER_PIXEL));
    for (const { chart, ids } of this.panels) {
      const { times, columns } = buffer.rows(ids, from_s, to_s, buckets);
      chart.show(times, columns, [from_s, to_s]);
    }
  }

  /** Puts the cursor to a time. */
  point(time_s: number): void {
    this.panels[0]?.chart.point(time_s);
  }

  restyle(): void {
    for (const { chart } of this.panels) chart.restyle();
  }

  private resize(): void {
    for (const { chart } of this.panels) chart.resize();
  }

  private size(panels: number, hasAxis: boolean): { width: number; height: number } {
    const { clientWidth, clientHeight } = this.element;
    const drawn = Math.floor((clientHeight - X_HEIGHT) / Math.max(1, panels)) - TITLE_HEIGHT - 2;
    const height = Math.max(MIN_HEIGHT, drawn) + (hasAxis ? X_HEIGHT : 0);
    return { width: Math.max(200, clientWidth), height };
  }
}
