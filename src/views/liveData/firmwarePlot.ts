import type { PlotStep } from '../../protocol/messages/plots';

/** A firmware that never stops drawing does not fill our memory. */
const MAX_GRAPHS = 24;
const MAX_POINTS = 20_000;
const MAX_TEXT = 60;

export interface Graph {
  readonly name: string;
  readonly x: number[];
  readonly y: number[];
}

/** A plot as the firmware draws it, step by step. */
export class FirmwarePlot {
  xLabel = '';
  yLabel = '';
  private list: Graph[] = [];
  private current = 0;
  private points = 0;
  /** How many points found no room. */
  lost = 0;

  get graphs(): readonly Graph[] {
    return this.list;
  }

  get isEmpty(): boolean {
    return this.points === 0;
  }

  add(step: PlotStep): void {
    switch (step.kind) {
      case 'init':
        this.xLabel = step.xLabel.slice(0, MAX_TEXT);
        this.yLabel = step.yLabel.slice(0, MAX_TEXT);
        this.list = [];
        this.current = this.points = this.lost = 0;
        break;
      case 'addGraph':
        this.grow(step.name);
        break;
      case 'setGraph':
        this.current = step.index;
        break;
      case 'point':
        this.point(step.x, step.y);
        break;
    }
  }

  private grow(name: string): void {
    if (this.list.length < MAX_GRAPHS) this.list.push({ name: name.slice(0, MAX_TEXT), x: [], y: [] });
  }

  private point(x: number, y: number): void {
    // Points without a graph: scripts that plot one line often add none.
    if (this.list.length === 0) this.grow('');
    const graph = this.list[this.current];
    if (!graph || this.points >= MAX_POINTS) {
      this.lost++;
      return;
    }
    graph.x.push(x);
    graph.y.push(y);
    this.points++;
  }

  /** All graphs over one axis of x, sorted; null where a graph has no point. */
  aligned(): { readonly x: number[]; readonly y: (number | null)[][] } {
    const x = [...new Set(this.list.flatMap((graph) => graph.x))].sort((a, b) => a - b);
    const at = new Map(x.map((value, index) => [value, index]));
    const y = this.list.map((graph) => {
      const column: (number | null)[] = Array.from({ length: x.length }, () => null);
      graph.x.forEach((value, index) => (column[at.get(value)!] = graph.y[index]!));
      return column;
    });
    return { x, y };
  }
}
