import { SECTORS } from '../image/flashMap';
import { fromLatin1, latin1 } from '../protocol/bytes';
import { atLeast, type Version } from '../protocol/version';
import type { CodeStore } from './codeStore';
import type { Flash } from './flash';
import { outputOf } from './lispOutput';
import { fixed, hex } from './printf';

/** The const heap and image of LispBM lie at the start of the staging area (≥ 6.06, facts 3.1). */
const IMAGE_SECTOR = SECTORS[8]!;
/** An expression sooner than this after the previous one is dropped (facts 2.8). */
const REPL_PAUSE_MS = 500;

/** A LispBM that starts, stops and answers the few questions a client asks it; it evaluates arithmetic at most. */
export class Lisp {
  private state: 'stopped' | 'running' | 'paused' = 'stopped';
  private lastExpression_ms = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly flash: Flash,
    private readonly code: CodeStore,
    private readonly version: Version,
    private readonly appCrc: number,
    private readonly now: () => number,
  ) {}

  get isRunning(): boolean {
    return this.state === 'running';
  }

  get isStarted(): boolean {
    return this.state !== 'stopped';
  }

  /** Asking for the statistics resumes a paused one (facts 14). */
  resume(): void {
    if (this.state === 'paused') this.state = 'running';
  }

  pause(): void {
    if (this.state === 'running') this.state = 'paused';
  }

  stop(): void {
    this.state = 'stopped';
  }

  /**
   * Starts over. From 6.06 on this rebuilds the image in sector 8 when it is another firmware's, and so destroys a
   * staged update. Returns how long the processor stands still, or `undefined` when there is no code to run.
   */
  start(withCode: boolean): number | undefined {
    if (withCode && this.code.length === 0) return undefined;
    this.state = 'running';
    if (!atLeast(this.version, 6, 6)) return 0;
    const mark = fromLatin1(`LBM image ${hex(this.appCrc, 8)}`);
    const there = this.flash.read(IMAGE_SECTOR.address, mark.length);
    if (latin1(there) === latin1(mark)) return 0;
    const erased_ms = this.flash.erase(IMAGE_SECTOR.index).duration_ms;
    return erased_ms + this.flash.program(IMAGE_SECTOR.address, mark).duration_ms;
  }

  /** What the stored program prints when it starts. */
  output(): readonly string[] {
    const { length } = this.code;
    return outputOf(latin1(this.code.read(0, length) ?? new Uint8Array(0)).split('\0')[0]!, this.version);
  }

  /** What the REPL prints for `text`; `undefined` when it comes too soon and is dropped. */
  evaluate(text: string): readonly string[] | undefined {
    const now = this.now();
    const soon = now - this.lastExpression_ms < REPL_PAUSE_MS;
    if (soon) return undefined;
    this.lastExpression_ms = now;
    switch (text.trim()) {
      case ':help':
        return ['== Special Commands ==', ':help', '  Print this help text', ':info', '  Print info'];
      case ':info':
        return this.info();
      case ':reset':
        return ['Reset'];
      case ':pause':
        this.pause();
        return ['Paused'];
      case ':continue':
        this.resume();
        return ['Resumed'];
      default:
        return [`> ${arithmetic(text.trim())}`];
    }
  }

  private info(): readonly string[] {
    return [
      '--(LISP HEAP)--',
      'Heap size: 16384 bytes',
      'Used cons cells: 212',
      'Free cons cells: 1836',
      '--(LISP MEMORY)--',
      'Memory size: 7168 words',
      'Free       : 6820 words',
      ...(atLeast(this.version, 6, 6) ? [`ImageVer   : ${hex(this.appCrc, 8)}`] : []),
      ' ',
    ];
  }
}

/** The value of a number or of one operation on numbers; anything else is taken for true. */
function arithmetic(text: string): string {
  if (/^-?\d+(\.\d+)?$/.test(text)) return text;
  const [, operator, list] = /^\(([-+*/]) ((?:-?\d+(?:\.\d+)? ?)+)\)$/.exec(text) ?? [];
  if (operator === undefined || list === undefined) return 't';
  const numbers = list.trim().split(' ').map(Number);
  const value = numbers.reduce((left, right) => {
    if (operator === '+') return left + right;
    if (operator === '-') return left - right;
    return operator === '*' ? left * right : left / right;
  });
  return Number.isInteger(value) ? String(value) : `${fixed(value, 6)}f32`;
}
