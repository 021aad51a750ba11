import type { ToView } from '../messages';
import { FirmwarePlot } from '../firmwarePlot';
import { Chart } from './chart';
import { element, write } from '../../webview/browser/dom';
import { onTheme } from './theme';

const REDRAW_MS = 100;

/** What the firmware draws by itself: terminal commands and LispBM scripts do. */
export class PlotTab {
  readonly element: HTMLElement;
  private readonly plot = new FirmwarePlot();
  private readonly area = element('div', { class: 'stack' });
  private readonly title = element('div', { class: 'title' });
  private readonly text = element('p', { class: 'note', role: 'status' });
  private chart: Chart | undefined;
  private drawnGraphs = '';
  private pending = false;

  constructor() {
    this.element = element(
      'section',
      { class: 'tab' },
      this.text,
      element('div', { class: 'panel grow' }, this.title, this.area),
    );
    write(
      this.text,
      'Nothing yet. What terminal commands (hall_analyze) and scripts of the controller plot appears here.',
    );
    onTheme(() => this.chart?.restyle());
    new ResizeObserver(() => this.chart?.resize()).observe(this.area);
  }

  take({ steps }: Extract<ToView, { type: 'plot' }>): void {
    for (const step of steps) this.plot.add(step);
    if (this.pending) return;
    this.pending = true;
    setTimeout(() => this.draw(), REDRAW_MS);
  }

  private draw(): void {
    this.pending = false;
    const { graphs, xLabel, yLabel, lost } = this.plot;
    const points = graphs.reduce((sum, { x }) => sum + x.length, 0);
    const room = lost > 0 ? ` ${lost} points found no room.` : '';
    write(this.text, `${points} points in ${graphs.length} graphs.${room}`);
    write(
      this.title,
      `${yLabel} over ${xLabel}: ${graphs.map(({ name }, at) => name || `graph ${at + 1}`).join(', ')}`,
    );
    const key = JSON.stringify(graphs.map(({ name }) => name));
    if (key !== this.drawnGraphs || !this.chart) {
      this.drawnGraphs = key;
      this.chart?.destroy();
      const lines = graphs.map(({ name }, index) => ({ label: name, index }));
      this.chart = new Chart(
        this.area,
        { title: yLabel, lines, x: (value) => `${Number(value.toPrecision(4))}` },
        () => ({
          width: Math.max(200, this.area.clientWidth),
          height: Math.max(200, this.area.clientHeight - 4),
        }),
      );
    }
    const { x, y } = this.plot.aligned();
    this.chart.show(x, y);
  }
}
