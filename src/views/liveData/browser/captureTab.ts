import { CAPTURES, type CaptureMode, type ToView } from '../messages';
import { spectrumOf } from '../spectrum';
import { Chart } from './chart';
import { button, choice, element, write } from '../../webview/browser/dom';
import { tell } from './host';
import { onTheme } from './theme';

type Captured = Extract<ToView, { type: 'capture' }>;
type Column = NonNullable<Captured['columns']>[number];

const MODES: Readonly<Record<CaptureMode, string>> = {
  now: 'Now',
  atStart: 'When the motor starts',
  triggerStart: 'Around the start of the motor',
  triggerFault: 'Around a fault',
};
const SHAPES = [
  ['A', 'Currents [A]'],
  ['V', 'Voltages [V]'],
] as const;
const CHART_HEIGHT = 220;

/** Currents and phase voltages at the speed of the control loop, over time and over frequency. */
export class CaptureTab {
  readonly element: HTMLElement;
  private readonly charts = element('div', { class: 'stack' });
  private readonly progress = element('span', { class: 'note', role: 'status' });
  private readonly peaks = element('table', { class: 'values' });
  private readonly start = button('Sample', () => this.capture());
  private readonly cancel = button('Give up', () => tell({ type: 'captureStop' }), { disabled: true });
  private readonly length = element('input', { type: 'number', min: '10', max: '1000', value: '1000' });
  private readonly decimation = element('input', { type: 'number', min: '1', max: '255', value: '1' });
  private mode: CaptureMode = 'now';
  private drawn: Chart[] = [];

  constructor() {
    const modes = Object.keys(CAPTURES) as CaptureMode[];
    this.element = element(
      'section',
      { class: 'tab' },
      element(
        'div',
        { class: 'toolbar', role: 'toolbar', 'aria-label': 'Sampled currents' },
        choice(
          'Sample',
          modes.map((mode) => [mode, MODES[mode]] as const),
          this.mode,
          (mode) => (this.mode = mode),
        ),
        element('label', { class: 'field' }, 'Samples', this.length),
        element('label', { class: 'field' }, 'Every n-th cycle', this.decimation),
        this.start,
        this.cancel,
        this.progress,
      ),
      element('div', { class: 'columns' }, this.charts, element('div', { class: 'side' }, this.peaks)),
    );
    onTheme(() => this.drawn.forEach((chart) => chart.restyle()));
    new ResizeObserver(() => this.drawn.forEach((chart) => chart.resize())).observe(this.charts);
  }

  take({ state, got, wanted, problem, sampling_Hz = 0, columns }: Captured): void {
    const isWaiting = state === 'waiting';
    this.start.disabled = isWaiting;
    this.cancel.disabled = !isWaiting;
    if (isWaiting) return write(this.progress, got === 0 ? 'Waiting…' : `${got} of ${wanted}`);
    if (state === 'failed') return write(this.progress, problem ?? 'Failed.');
    const lost = got < wanted ? ` ${wanted - got} were lost: times and frequencies are not exact.` : '';
    write(this.progress, `${got} samples at ${Number((sampling_Hz / 1000).toFixed(2))} kHz.${lost}`);
    if (columns) this.draw(columns, sampling_Hz);
  }

  private capture(): void {
    const whole = (input: HTMLInputElement, min: number, max: number): number => {
      const value = Math.min(max, Math.max(min, Math.round(Number(input.value)) || min));
      input.value = `${value}`;
      return value;
    };
    const length = whole(this.length, 10, 1000);
    tell({ type: 'capture', mode: this.mode, length, decimation: whole(this.decimation, 1, 255) });
  }

  private draw(columns: readonly Column[], sampling_Hz: number): void {
    for (const chart of this.drawn) chart.destroy();
    this.charts.replaceChildren();
    this.drawn = [];
    const spectra = new Map(columns.map((column) => [column, spectrumOf(column.values, sampling_Hz)]));
    for (const [unit, title] of SHAPES) {
      const same = columns.filter((column) => column.unit === unit);
      if (same.length === 0) continue;
      const times = same[0]!.values.map((_, index) => (1000 * index) / Math.max(sampling_Hz, 1));
      this.chart(
        `${title} over time`,
        same,
        times,
        (column) => column.values,
        (ms) => `${Number(ms.toFixed(2))} ms`,
      );
      const phases = same.filter(({ label }) => !/filtered|ground/.test(label));
      const { frequencies_Hz } = spectra.get(phases[0]!)!;
      this.chart(
        `${title} over frequency`,
        phases,
        [...frequencies_Hz],
        (column) => spectra.get(column)!.amplitudes,
        (hertz) =>
          hertz >= 1000 ? `${Number((hertz / 1000).toFixed(2))} kHz` : `${Number(hertz.toFixed(1))} Hz`,
      );
    }
    this.drawPeaks(columns, (column) => spectra.get(column)!);
  }

  private chart(
    title: string,
    columns: readonly Column[],
    x: number[],
    y: (column: Column) => readonly number[],
    format: (value: number) => string,
  ): void {
    const names = columns.map(({ label }) => label).join(', ');
    const place = element(
      'div',
      { class: 'panel' },
      element('div', { class: 'title' }, `${title}: ${names}`),
    );
    this.charts.append(place);
    const lines = columns.map(({ label }, index) => ({ label, index }));
    const size = (): { width: number; height: number } => ({
      width: Math.max(200, this.charts.clientWidth),
      height: CHART_HEIGHT,
    });
    const chart = new Chart(place, { title, lines, x: format }, size);
    chart.show(
      x,
      columns.map((column) => [...y(column)]),
    );
    this.drawn.push(chart);
  }

  /** The same in numbers: how large each is, and its strongest frequency. */
  private drawPeaks(
    columns: readonly Column[],
    spectrum: (column: Column) => {
      readonly frequencies_Hz: readonly number[];
      readonly amplitudes: readonly number[];
    },
  ): void {
    const heads = ['Sampled', 'Lowest', 'Highest', 'Strongest at'].map((title) =>
      element('th', { scope: 'col' }, title),
    );
    const rows = columns.map((column) => {
      const { frequencies_Hz, amplitudes } = spectrum(column);
      const peak = amplitudes.indexOf(Math.max(...amplitudes));
      const cells = [
        Math.min(...column.values).toFixed(2),
        Math.max(...column.values).toFixed(2),
        `${(frequencies_Hz[peak] ?? 0).toFixed(0)} Hz`,
      ];
      const name = element(
        'th',
        { scope: 'row' },
        `${column.label} `,
        element('span', { class: 'unit' }, column.unit),
      );
      return element('tr', {}, name, ...cells.map((text) => element('td', {}, text)));
    });
    this.peaks.replaceChildren(
      element('caption', { class: 'unseen' }, 'Sampled currents and voltages'),
      element('thead', {}, element('tr', {}, ...heads)),
      element('tbody', {}, ...rows),
    );
  }
}
