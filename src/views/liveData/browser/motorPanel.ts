import type { MotorMode } from '../../../controllers/motorCommand';
import type { ModeRange, ToView } from '../messages';
import { button, choice, element, write } from '../../webview/browser/dom';
import { tell } from './host';

type Message<T extends ToView['type']> = Extract<ToView, { type: T }>;

interface ModeLook {
  readonly label: string;
  readonly unit: string;
  /** From what is sent to what is shown. */
  readonly scale: number;
  readonly step: number;
  /** A first value nobody is hurt by. */
  readonly first: number;
}
const LOOKS: Readonly<Record<MotorMode, ModeLook>> = {
  current: { label: 'Current', unit: 'A', scale: 1, step: 0.5, first: 2 },
  currentRel: { label: 'Current, relative', unit: '%', scale: 100, step: 1, first: 5 },
  duty: { label: 'Duty', unit: '%', scale: 100, step: 1, first: 5 },
  erpm: { label: 'Speed', unit: 'ERPM', scale: 1, step: 100, first: 2000 },
  brake: { label: 'Brake', unit: 'A', scale: 1, step: 0.5, first: 2 },
  position: { label: 'Position', unit: '°', scale: 1, step: 1, first: 0 },
  handbrake: { label: 'Handbrake', unit: 'A', scale: 1, step: 0.5, first: 2 },
};

/**
 * Drives the motor while its button is held, by mouse, touch or key. This side only ever answers: as long as it is
 * held and this document has the focus, each question of the extension is answered once.
 */
export class MotorPanel {
  readonly element: HTMLElement;
  private ranges: readonly ModeRange[] = [];
  private mode: MotorMode = 'current';
  private press = 0;
  private held = false;
  private readonly controls = element('div', { class: 'toolbar' });
  private readonly problem = element('p', { class: 'problem', role: 'status' });
  private readonly state = element('span', { class: 'note', role: 'status' });
  private readonly limits = element('span', { class: 'note' });
  private readonly unit = element('span', { class: 'unit' });
  private readonly value = element('input', { type: 'number', step: 'any', 'aria-label': 'Value' });
  private readonly holdButton = element(
    'button',
    { type: 'button', class: 'hold', 'aria-describedby': 'hold-help' },
    'Hold to run',
  );

  constructor() {
    this.element = element(
      'section',
      { class: 'motor', 'aria-label': 'Motor test' },
      this.problem,
      this.controls,
      element(
        'p',
        { id: 'hold-help', class: 'note' },
        'The motor is driven while the button, or the space key on it, is held down, and is let go with it. ' +
          'Up and down change the value meanwhile.',
      ),
    );
    this.wire();
    this.showLimits({ type: 'limits', ranges: [], problem: 'Reading the limits of the controller…' });
  }

  open(isOpen: boolean): void {
    this.letGo();
    tell({ type: 'motorTest', open: isOpen });
  }

  showLimits({ ranges, problem, timeout_ms }: Message<'limits'>): void {
    this.letGo();
    this.ranges = ranges;
    write(this.problem, problem ?? '');
    this.problem.hidden = problem === undefined;
    this.controls.hidden = ranges.length === 0;
    if (ranges.length === 0) return;
    if (!ranges.some(({ mode }) => mode === this.mode)) this.mode = ranges[0]!.mode;
    const modes = choice(
      'Mode',
      ranges.map(({ mode }) => [mode, LOOKS[mode].label] as const),
      this.mode,
      (mode) => this.setMode(mode),
    );
    const timeout = timeout_ms === undefined ? '' : `Command timeout ${timeout_ms} ms.`;
    this.controls.replaceChildren(
      modes,
      element('label', { class: 'field' }, 'Value', this.value, this.unit),
      this.holdButton,
      this.state,
      this.limits,
      element('span', { class: 'note' }, timeout),
    );
    this.setMode(this.mode);
  }

  /** The extension asks whether the button is still held. */
  answer(beat: number): void {
    if (!this.held) return;
    if (!document.hasFocus()) return this.letGo();
    tell({ type: 'hold', press: this.press, beat, mode: this.mode, value: this.wanted() });
  }

  showState({ running, mode, value, isClamped, ended }: Message<'motor'>): void {
    // What was ended over there is not held here any more, whatever the finger does.
    if (!running) this.held = false;
    this.holdButton.classList.toggle('running', running);
    if (!running || mode === undefined || value === undefined) return write(this.state, ended ?? '');
    const { unit, scale } = LOOKS[mode];
    const limited = isClamped ? ' (limited by the controller)' : '';
    write(this.state, `Sending ${Number((value * scale).toFixed(2))} ${unit}${limited}`);
  }

  private setMode(mode: MotorMode): void {
    this.letGo();
    this.mode = mode;
    const { unit, scale, step, first } = LOOKS[mode];
    const range = this.ranges.find((each) => each.mode === mode)!;
    write(this.unit, unit);
    this.value.step = `${step}`;
    this.value.value = `${first}`;
    const shown = (value: number): string => `${Number((value * scale).toFixed(1))}`;
    write(this.limits, `Allowed: ${shown(range.min)} to ${shown(range.max)} ${unit}.`);
  }

  private wanted(): number {
    const value = Number(this.value.value);
    return Number.isFinite(value) ? value / LOOKS[this.mode].scale : 0;
  }

  private hold(): void {
    if (this.held) return;
    this.held = true;
    this.press++;
  }

  private letGo(): void {
    if (this.held) tell({ type: 'release', press: this.press });
    this.held = false;
  }

  private wire(): void {
    const { holdButton } = this;
    holdButton.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      holdButton.focus();
      holdButton.setPointerCapture(event.pointerId);
      this.hold();
    });
    for (const end of ['pointerup', 'pointercancel', 'lostpointercapture', 'blur', 'contextmenu'] as const) {
      holdButton.addEventListener(end, () => this.letGo());
    }
    holdButton.addEventListener('keydown', (event) => {
      if (event.key === ' ' || event.key === 'Enter') {
        event.preventDefault();
        if (!event.repeat) this.hold();
      } else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
        event.preventDefault();
        if (event.key === 'ArrowUp') this.value.stepUp();
        else this.value.stepDown();
      } else this.letGo();
    });
    holdButton.addEventListener('keyup', () => this.letGo());
    // A key that goes up elsewhere, a window that is left, a tab that is hidden.
    window.addEventListener('blur', () => this.letGo());
    window.addEventListener('pagehide', () => this.letGo());
    document.addEventListener('visibilitychange', () => this.letGo());
  }
}

/** The button that opens and closes the motor test. */
export function motorToggle(panel: MotorPanel): HTMLButtonElement {
  panel.element.hidden = true;
  const toggle = button(
    'Motor test',
    () => {
      const open = panel.element.hidden;
      panel.element.hidden = !open;
      toggle.setAttribute('aria-expanded', `${open}`);
      panel.open(open);
    },
    { 'aria-expanded': 'false' },
  );
  return toggle;
}
