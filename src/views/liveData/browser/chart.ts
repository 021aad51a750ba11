import uPlot from 'uplot';
import { lineColor, lineDash, theme } from './theme';

/** A line of a chart. `index` gives it its colour, the same wherever it is drawn. */
export interface Line {
  readonly label: string;
  readonly index: number;
}

export interface ChartOptions {
  readonly title: string;
  /** Charts with the same key show their cursor at the same place. */
  readonly sync?: string;
  readonly lines: readonly Line[];
  /** Steps instead of slopes, points instead of lines. */
  readonly isPoints?: boolean;
  readonly x: (value: number) => string;
  /** The axis below; charts that stand above each other share that of the last one. */
  readonly hasAxis?: boolean;
  /** The cursor moved; null when it left. */
  readonly onCursor?: (x: number | null) => void;
  /** A range was drawn with the mouse. */
  readonly onSelect?: (from: number, to: number) => void;
}

const AXIS_WIDTH = 64;
/** Numbers may stand so close. */
const Y_SPACE = 18;
export const X_HEIGHT = 28;
const CURSOR_TOP = 10;

/** One drawing area over uPlot, in the colours of the editor. */
export class Chart {
  private plot: uPlot;
  private data: uPlot.AlignedData;
  private range: [number, number] | undefined;

  constructor(
    private readonly parent: HTMLElement,
    private readonly options: ChartOptions,
    private readonly size: () => { width: number; height: number },
  ) {
    this.data = [[], ...options.lines.map(() => [])];
    this.plot = this.create();
  }

  /** The drawing itself tells nothing to those who do not see it; a table beside it does. */
  get element(): HTMLElement {
    return this.plot.root;
  }

  show(times: number[], columns: (number | null)[][], range?: readonly [number, number]): void {
    this.data = [times, ...columns];
    this.range = range && [...range];
    this.plot.setData(this.data, this.range === undefined);
    if (this.range) this.plot.setScale('x', { min: this.range[0], max: this.range[1] });
  }

  /** Puts the cursor to `x`, here and in the charts that go with it. */
  point(x: number): void {
    this.plot.setCursor({ left: this.plot.valToPos(x, 'x'), top: CURSOR_TOP });
  }

  resize(): void {
    this.plot.setSize(this.size());
  }

  /** Draws anew: other colours. */
  restyle(): void {
    this.plot.destroy();
    this.plot = this.create();
    if (this.range) this.plot.setScale('x', { min: this.range[0], max: this.range[1] });
  }

  destroy(): void {
    this.plot.destroy();
  }

  private create(): uPlot {
    const { lines, sync, isPoints = false, hasAxis = true, onCursor, onSelect } = this.options;
    const { text, grid, font, isHighContrast } = theme();
    const axis = {
      stroke: text,
      font,
      grid: { stroke: grid, width: isHighContrast ? 1 : 0.5 },
      ticks: { stroke: grid },
    };
    const plot = new uPlot(
      {
        ...this.size(),
        legend: { show: false },
        // The same at both sides for all: charts above each other share their time. Below, half a label must fit.
        padding: [8, 20, hasAxis ? 2 : 8, 0],
        cursor: {
          ...(sync === undefined ? {} : { sync: { key: sync } }),
          drag: { x: true, y: false, setScale: onSelect === undefined },
          points: { show: !isPoints },
        },
        scales: { x: { time: false }, y: { range: niceRange } },
        axes: [
          {
            ...axis,
            size: hasAxis ? X_HEIGHT : 0,
            ticks: { ...axis.ticks, show: hasAxis },
            values: (_, ticks) => ticks.map((tick) => (hasAxis ? this.options.x(tick) : '')),
          },
          { ...axis, size: AXIS_WIDTH, space: Y_SPACE, values: (_, ticks) => ticks.map(shortNumber) },
        ],
        series: [
          {},
          ...lines.map(({ label, index }): uPlot.Series => ({
            label,
            stroke: lineColor(index),
            dash: lineDash(index),
            width: isHighContrast ? 2 : 1.5,
            points: { show: isPoints, size: 3, fill: lineColor(index) },
            ...(isPoints ? { paths: () => null } : {}),
            spanGaps: false,
          })),
        ],
        hooks: {
          setCursor: [
            (self) => {
              const { left } = self.cursor;
              onCursor?.(left === undefined || left < 0 ? null : self.posToVal(left, 'x'));
            },
          ],
          setSelect: [
            (self) => {
              const { left, width } = self.select;
              if (width < 3 || !onSelect) return;
              onSelect(self.posToVal(left, 'x'), self.posToVal(left + width, 'x'));
              self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            },
          ],
        },
      },
      this.data,
      this.parent,
    );
    plot.root.setAttribute('aria-hidden', 'true');
    return plot;
  }
}

/** A little room above and below, and never a line without height. */
function niceRange(_: uPlot, min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1];
  const room = Math.max((max - min) * 0.08, Math.abs(max) * 0.005, 0.02);
  return [min - room, max + room];
}

function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 10_000) return `${Number((value / 1000).toFixed(1))}k`;
  return `${Number(value.toPrecision(4))}`;
}
