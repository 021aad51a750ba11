import { FIRST_SIGNALS } from '../../../controllers/signals';
import { faultName } from '../../../protocol/faults';
import { RATES_HZ, type ToView } from '../messages';
import { FaultTrigger } from '../timeWindow';
import { ChartStack } from './chartStack';
import { button, choice, element, write } from '../../webview/browser/dom';
import { axisTime, shown } from './format';
import { remember, remembered, tell } from './host';
import { addRows, fileSource, liveSource, type ShownSignal, type Source } from './liveSource';
import { SignalChoice } from './signalChoice';
import { onTheme } from './theme';
import { ValueTable } from './valueTable';

const SPANS_S = [5, 10, 30, 60, 300, 600] as const;
const FIRST_RATE_HZ = 20;
/** Curves move this often; numbers that change faster than a few times a second cannot be read. */
const FRAME_MS = 40;
const NUMBERS_MS = 250;
const AFTER_FAULT_S = 1;
const MAX_CHOSEN = 12;
const ZOOM = 0.6;
const PAN = 0.25;

type Message<T extends ToView['type']> = Extract<ToView, { type: T }>;

/** Curves of what is measured, now or in a recording. */
export class LiveTab {
  readonly element: HTMLElement;
  private readonly live = liveSource();
  private file: Source | undefined;
  private chosen: readonly string[] = firstChosen();
  private rate_hz: number = firstRate();
  private cursor_s: number | null = null;
  private isDirty = true;
  private drawn_ms = 0;
  private numbers_ms = 0;
  private recording = false;
  private seen = true;

  private readonly trigger = new FaultTrigger(AFTER_FAULT_S);
  private readonly stack = new ChartStack(
    (time_s) => (this.cursor_s = time_s),
    (from_s, to_s) => this.show(from_s, to_s),
  );
  private readonly table = new ValueTable();
  private readonly choice = new SignalChoice((ids) => this.choose(ids));
  private readonly pauseButton = button('Pause', () => this.togglePause());
  private readonly recordButton = button('Record…', () => tell({ type: 'record', on: !this.recording }));
  private readonly recordingText = element('span', { class: 'note' });
  private readonly banner = element('div', { class: 'banner', hidden: true });
  private readonly rows = element('span', { class: 'note' });
  private readonly span = choice(
    'Time',
    SPANS_S.map((span_s) => [span_s, span_s < 60 ? `${span_s} s` : `${span_s / 60} min`] as const),
    30,
    (span_s) => this.setSpan(span_s),
  );
  private readonly triggerBox = element('input', { type: 'checkbox' });

  /** @param say tells what happened, also to screen readers */
  constructor(private readonly say: (text: string) => void) {
    this.triggerBox.addEventListener('change', () => (this.trigger.armed = this.triggerBox.checked));
    this.stack.element.setAttribute('tabindex', '0');
    this.stack.element.setAttribute('role', 'group');
    this.stack.element.setAttribute(
      'aria-label',
      'Curves. Arrow keys move the cursor, plus and minus zoom, page keys move in time, P pauses, 0 shows all. ' +
        'The table beside them holds the values.',
    );
    this.stack.element.addEventListener('keydown', (event) => this.key(event));
    this.stack.element.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    this.element = this.layout();
    this.sourceChanged();
    onTheme(() => {
      this.stack.restyle();
      this.table.restyle();
      this.isDirty = true;
    });
    requestAnimationFrame((now_ms) => this.frame(now_ms));
  }

  /** The tab is in sight, or not. Values are read either way: what happens meanwhile is there afterwards. */
  setSeen(seen: boolean): void {
    this.seen = seen;
    this.isDirty = true;
  }

  /** Says what is to be read. */
  want(): void {
    tell({ type: 'want', signals: [...this.liveChosen()], rate_hz: this.rate_hz });
  }

  takeRows({ signals, rows }: Message<'rows'>): void {
    addRows(this.live, signals, rows, 2);
    this.isDirty = true;
    for (const row of rows) {
      const fault = row[1] ?? 0;
      if (!this.trigger.step(row[0] ?? 0, fault)) continue;
      this.live.window.pause(row[0] ?? 0);
      this.triggerBox.checked = false;
      this.say(
        `Paused: a fault struck ${AFTER_FAULT_S} s ago${fault === 0 ? '' : ` (${faultName(fault)})`}.`,
      );
      this.drawPause();
    }
  }

  takeRecording({ on, name, rows = 0, problem }: Message<'recording'>): void {
    if (this.recording !== on) this.say(on ? 'Recording.' : (problem ?? `Recording ended: ${rows} rows.`));
    this.recording = on;
    write(this.recordButton, on ? 'Stop recording' : 'Record…');
    this.recordButton.classList.toggle('active', on);
    write(this.recordingText, on ? `${rows} rows in ${name ?? ''}` : '');
  }

  takeFile({ name, columns, rows }: Message<'file'>): void {
    this.file = fileSource(name, columns, rows);
    this.sourceChanged();
  }

  takeFileRows({ rows, last }: Message<'fileRows'>): void {
    if (!this.file) return;
    addRows(this.file, this.file.buffer.ids, rows, 1);
    this.isDirty = true;
    if (!last) return;
    this.showAll();
    this.say(`${this.file.name ?? ''}: ${this.file.buffer.length} rows.`);
  }

  private get source(): Source {
    return this.file ?? this.live;
  }

  private get signals(): ShownSignal[] {
    const known = new Map(this.source.signals.map((signal) => [signal.id, signal]));
    return this.chosenOf(this.source).flatMap((id) => known.get(id) ?? []);
  }

  private liveChosen(): readonly string[] {
    const known = new Set(this.live.signals.map(({ id }) => id));
    return this.chosen.filter((id) => known.has(id));
  }

  /** The chosen ones a recording holds; when it holds none of them, its first. */
  private chosenOf(source: Source): readonly string[] {
    const ids = source.signals.map(({ id }) => id);
    const chosen = this.chosen.filter((id) => ids.includes(id));
    return chosen.length > 0 ? chosen : source === this.file ? ids.slice(0, 3) : [];
  }

  private choose(ids: readonly string[]): void {
    if (ids.length > MAX_CHOSEN)
      this.say(`${MAX_CHOSEN} curves are drawn at most: the first one was taken off.`);
    this.chosen = ids.slice(-MAX_CHOSEN);
    remember({ signals: this.chosen });
    this.sourceChanged();
    this.want();
  }

  private sourceChanged(): void {
    this.live.buffer.setColumns(this.liveChosen());
    this.choice.setSignals(this.source.signals, this.chosenOf(this.source));
    this.table.setSignals(this.signals);
    this.stack.setSignals(this.signals);
    this.banner.hidden = this.file === undefined;
    this.banner.replaceChildren(
      `Recording ${this.file?.name ?? ''}`,
      button('Back to live data', () => this.closeFile()),
    );
    this.drawPause();
    this.isDirty = true;
  }

  private closeFile(): void {
    this.file = undefined;
    this.sourceChanged();
    this.stack.element.focus();
  }

  private get latest_s(): number {
    return this.source.buffer.latest ?? 0;
  }

  private get longest_s(): number {
    return Math.max(this.latest_s - (this.source.buffer.earliest ?? 0), SPANS_S.at(-1)!);
  }

  private togglePause(): void {
    const { window } = this.source;
    if (window.follows) window.pause(this.latest_s);
    else if (!this.file) window.resume();
    this.drawPause();
    this.say(window.follows ? 'Following.' : 'Paused. Readings go on in the background.');
  }

  private drawPause(): void {
    const { follows } = this.source.window;
    write(this.pauseButton, follows ? 'Pause' : 'Follow');
    this.pauseButton.setAttribute('aria-pressed', `${!follows}`);
    this.pauseButton.disabled = this.file !== undefined;
    this.isDirty = true;
  }

  private setSpan(span_s: number): void {
    this.source.window.span_s = span_s;
    this.isDirty = true;
  }

  private show(from_s: number, to_s: number): void {
    this.source.window.show(from_s, to_s);
    this.drawPause();
  }

  private showAll(): void {
    this.show(this.source.buffer.earliest ?? 0, this.latest_s);
  }

  private zoom(factor: number, at_s = this.cursor_s ?? this.latest_s): void {
    this.source.window.zoom(factor, at_s, this.latest_s, this.longest_s);
    this.isDirty = true;
  }

  private wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.shiftKey) return;
    event.preventDefault();
    this.zoom(event.deltaY < 0 || event.deltaX < 0 ? ZOOM : 1 / ZOOM);
  }

  private key(event: KeyboardEvent): void {
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => this.moveCursor(-1, event.shiftKey),
      ArrowRight: () => this.moveCursor(1, event.shiftKey),
      PageUp: () => this.pan(-PAN),
      PageDown: () => this.pan(PAN),
      '+': () => this.zoom(ZOOM),
      '-': () => this.zoom(1 / ZOOM),
      '0': () => this.showAll(),
      p: () => this.togglePause(),
    };
    const action = actions[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  }

  private pan(share: number): void {
    this.source.window.pan(share, this.source.buffer.earliest ?? 0, this.latest_s);
    this.drawPause();
  }

  /** To the next reading, or far. What stands there is told. */
  private moveCursor(direction: number, far: boolean): void {
    const { buffer, window } = this.source;
    const [from_s, to_s] = window.range(this.latest_s);
    window.pause(this.latest_s);
    const now = buffer.nearest(this.cursor_s ?? to_s);
    if (now === undefined) return;
    const seen = buffer.indexAt(to_s) - buffer.indexAt(from_s);
    const step = direction * (far ? Math.max(1, Math.round(seen / 20)) : 1);
    const at = Math.min(buffer.length - 1, Math.max(0, now + step));
    this.cursor_s = buffer.time(at);
    this.stack.point(this.cursor_s);
    this.drawPause();
    const values = this.signals.map(
      ({ id, label, digits, unit }) => `${label} ${shown(buffer.value(id, at), digits)} ${unit}`,
    );
    this.say(`${axisTime(this.cursor_s)}: ${values.join(', ')}`);
  }

  private frame(now_ms: number): void {
    requestAnimationFrame((next_ms) => this.frame(next_ms));
    if (!this.seen) return;
    if (this.isDirty && now_ms - this.drawn_ms >= FRAME_MS) {
      this.drawn_ms = now_ms;
      this.isDirty = false;
      this.stack.draw(this.source, this.source.window.range(this.latest_s));
    }
    if (now_ms - this.numbers_ms < NUMBERS_MS) return;
    this.numbers_ms = now_ms;
    this.drawNumbers();
  }

  private drawNumbers(): void {
    const { buffer, window } = this.source;
    const [from_s, to_s] = window.range(this.latest_s);
    const last = buffer.length - 1;
    const at = this.cursor_s === null ? undefined : buffer.nearest(this.cursor_s);
    this.table.show(({ id }) => {
      const [lowest, highest] = buffer.range(id, from_s, to_s) ?? [];
      const cursor = at === undefined ? undefined : buffer.value(id, at);
      return { now: last < 0 ? undefined : buffer.value(id, last), cursor, lowest, highest };
    });
    write(this.rows, `${buffer.added} readings`);
  }

  private layout(): HTMLElement {
    const rate = choice(
      'Rate',
      RATES_HZ.map((rate_hz) => [rate_hz, `${rate_hz} Hz`] as const),
      this.rate_hz,
      (rate_hz) => {
        this.rate_hz = rate_hz;
        remember({ rate_hz });
        this.want();
      },
    );
    const toolbar = element(
      'div',
      { class: 'toolbar', role: 'toolbar', 'aria-label': 'Live data' },
      this.pauseButton,
      this.span,
      button('−', () => this.zoom(1 / ZOOM), { 'aria-label': 'Zoom out', title: 'Zoom out (-)' }),
      button('+', () => this.zoom(ZOOM), {
        'aria-label': 'Zoom in',
        title: 'Zoom in (+), or draw over the curves',
      }),
      button('All', () => this.showAll(), { title: 'Show all there is (0)' }),
      rate,
      element('label', { class: 'check' }, this.triggerBox, 'Pause on fault'),
      this.recordButton,
      button('Open CSV…', () => tell({ type: 'openCsv' })),
      this.recordingText,
    );
    const side = element(
      'div',
      { class: 'side' },
      this.table.element,
      this.rows,
      element('details', {}, element('summary', {}, 'Signals'), this.choice.element),
    );
    return element(
      'section',
      { class: 'tab live' },
      toolbar,
      this.banner,
      element('div', { class: 'columns' }, this.stack.element, side),
    );
  }
}

function firstChosen(): readonly string[] {
  const { signals } = remembered();
  const isList = Array.isArray(signals) && signals.every((each) => typeof each === 'string');
  return isList && signals.length > 0 ? signals.slice(0, MAX_CHOSEN) : FIRST_SIGNALS;
}

function firstRate(): number {
  const { rate_hz } = remembered();
  return RATES_HZ.find((each) => each === rate_hz) ?? FIRST_RATE_HZ;
}
