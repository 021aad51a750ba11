import type { ToView } from '../messages';
import { SampleBuffer } from '../sampleBuffer';
import { Chart } from './chart';
import { choice, element, write } from '../../webview/browser/dom';
import { axisTime, shown } from './format';
import { tell } from './host';
import { onTheme } from './theme';

/** Two minutes at the 100 Hz the controller streams. */
const CAPACITY = 12_000;
const SPAN_S = 10;
const BUCKETS = 1000;
const FRAME_MS = 50;
const MODES = [
  [0, 'Off'],
  [2, 'Observer'],
  [3, 'Encoder'],
  [4, 'PID position'],
  [5, 'PID position error'],
  [6, 'Encoder − observer'],
  [7, 'Hall − observer'],
  [1, 'Inductance'],
] as const;

/** The rotor's position as the controller streams it. */
export class PositionTab {
  readonly element: HTMLElement;
  private readonly buffer = new SampleBuffer(CAPACITY);
  private readonly area = element('div', { class: 'stack' });
  private readonly now = element('output', { class: 'large' }, '–');
  private readonly chart: Chart;
  private isDirty = false;

  constructor() {
    this.buffer.setColumns(['position']);
    const modes = choice('Position', MODES, 0, (mode) => {
      this.buffer.clear();
      tell({ type: 'detect', mode });
    });
    this.element = element(
      'section',
      { class: 'tab' },
      element('div', { class: 'toolbar', role: 'toolbar', 'aria-label': 'Rotor position' }, modes, this.now),
      element(
        'p',
        { class: 'note' },
        'Streamed 100 times a second. On a BLDC motor switching it off releases the motor, too.',
      ),
      element('div', { class: 'panel grow' }, this.area),
    );
    const size = (): { width: number; height: number } => ({
      width: Math.max(200, this.area.clientWidth),
      height: Math.max(200, this.area.clientHeight - 4),
    });
    this.chart = new Chart(
      this.area,
      { title: 'Rotor position', lines: [{ label: 'Position', index: 0 }], x: axisTime },
      size,
    );
    onTheme(() => this.chart.restyle());
    new ResizeObserver(() => this.chart.resize()).observe(this.area);
    setInterval(() => this.draw(), FRAME_MS);
  }

  take({ points }: Extract<ToView, { type: 'positions' }>): void {
    for (const [time_s = 0, position_deg = 0] of points) {
      this.buffer.push(time_s, new Map([['position', position_deg]]));
    }
    this.isDirty = true;
  }

  private draw(): void {
    const { latest, length } = this.buffer;
    if (!this.isDirty || latest === undefined) return;
    this.isDirty = false;
    const from_s = latest - SPAN_S;
    const { times, columns } = this.buffer.rows(['position'], from_s, latest, BUCKETS);
    this.chart.show(times, columns, [from_s, latest]);
    write(this.now, `${shown(this.buffer.value('position', length - 1), 1)} °`);
  }
}
