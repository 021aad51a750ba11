import { VescError } from '../base/errors';
import { sameBytes } from '../base/sameBytes';
import type { Endpoint } from '../links/endpoint';
import { silenceIs } from '../links/silence';
import { ByteWriter } from '../protocol/bytes';
import { crc16 } from '../protocol/crc16';
import {
  lispEraseCode,
  lispReadCode,
  lispWriteCode,
  qmlErase,
  qmlReadCode,
  qmlWrite,
} from '../protocol/messages/codeStorage';
import { fwVersion, type HardwareType } from '../protocol/messages/identity';

/** The two programs a controller stores besides its firmware; both lie where an update is staged (facts 3.1). */
export type CodeKind = 'lisp' | 'qml';

const MESSAGES = {
  lisp: { read: lispReadCode, erase: lispEraseCode, write: lispWriteCode, name: 'LispBM code' },
  qml: { read: qmlReadCode, erase: qmlErase, write: qmlWrite, name: 'QML code' },
} as const;

/** VESC Tool's sizes and deadlines (facts 2.8, 9.1). */
const READ_LENGTH = 400;
/** To learn the size; more than is stored would not be answered. */
const FIRST_LENGTH = 1;
const WRITE_LENGTH = 384;
const READ_TIMEOUT_MS = 1500;
const WRITE_TIMEOUT_MS = 1000;
const ATTEMPTS = 5;
const ERASE_TIMEOUT_MS = 8000;
/** What VESC Tool asks for above the code's own size. */
const ERASE_MARGIN = 100;
/** The firmware of a VESC holds a stored program valid only up to this length (facts 9.1). */
const MAX_CODE = 131_064;
/** An Express module has 512 KiB for LispBM; VESC Tool leaves out 6 bytes, and 8 are the header (facts 9.1). */
const MAX_MODULE_CODE = 512 * 1024 - 6 - 8;

/** The longest LispBM code that hardware of a kind can store. */
export function maxLispCode(hardwareType: HardwareType): number {
  return hardwareType === 'vesc' ? MAX_CODE : MAX_MODULE_CODE;
}

/** How the writing of a program goes on, and how it is broken off. */
export interface WriteHooks {
  /** Breaks it off; when something was erased by then, nothing valid is stored. */
  readonly signal?: AbortSignal;
  /** @param fraction 0 to 1, of this step */
  readonly onProgress?: (step: 'erasing' | 'writing' | 'reading back', fraction: number) => void;
}

/** What a program is called in messages. */
export function codeName(kind: CodeKind): string {
  return MESSAGES[kind].name;
}

/**
 * Reads a stored program; `undefined` when there is none or the firmware has no such storage (it is then silent).
 * @throws VescError `no-answer` when reading breaks off in the middle, or the controller is not there at all
 */
export async function readCode(
  endpoint: Endpoint,
  kind: CodeKind,
  signal?: AbortSignal,
  onProgress?: (fraction: number) => void,
): Promise<Uint8Array | undefined> {
  const { read } = MESSAGES[kind];
  const options = { timeout_ms: READ_TIMEOUT_MS, ...(signal ? { signal } : {}) };
  // One lost frame must not look like a controller that stores nothing.
  const first = await silenceIs(
    endpoint.request(read(FIRST_LENGTH, 0), { ...options, attempts: 2 }),
    undefined,
  );
  // Nor must one that has just restarted: whoever is still there answers this.
  if (!first) await endpoint.request(fwVersion(), options);
  if (!first || first.total <= 0 || first.total > MAX_MODULE_CODE) return undefined;
  const code = new Uint8Array(first.total);
  for (let offset = 0; offset < code.length;) {
    const length = Math.min(READ_LENGTH, code.length - offset);
    const chunk = await endpoint.request(read(length, offset), { ...options, attempts: ATTEMPTS });
    if (chunk.data.length === 0 || chunk.data.length > length) {
      throw new VescError('code-storage-failed', { what: codeName(kind), step: 'reading', offset });
    }
    code.set(chunk.data, offset);
    offset += chunk.data.length;
    onProgress?.(offset / code.length);
  }
  return code;
}

/**
 * Erases the storage and writes `code` into it, with the header the firmware checks (facts 9.1).
 * @param flags 0 for LispBM; 1 for QML, 2 for QML that fills the window
 */
export async function writeCode(
  endpoint: Endpoint,
  kind: CodeKind,
  code: Uint8Array,
  flags: number,
  { signal, onProgress }: WriteHooks = {},
): Promise<void> {
  const { erase, write, name } = MESSAGES[kind];
  const cancel = signal ? { signal } : {};
  onProgress?.('erasing', 0);
  const checked = new ByteWriter().u16(flags).bytes(code).finish();
  const stored = new ByteWriter().u32(code.length).u16(crc16(checked)).bytes(checked).finish();
  const erased = await endpoint.request(erase(stored.length + ERASE_MARGIN), {
    timeout_ms: ERASE_TIMEOUT_MS,
    attempts: 2,
    ...cancel,
  });
  if (!erased) throw new VescError('code-storage-failed', { what: name, step: 'erasing', offset: 0 });
  for (let offset = 0; offset < stored.length; offset += WRITE_LENGTH) {
    const reply = await endpoint.request(write(offset, stored.subarray(offset, offset + WRITE_LENGTH)), {
      timeout_ms: WRITE_TIMEOUT_MS,
      attempts: ATTEMPTS,
      ...cancel,
    });
    if (!reply.ok) throw new VescError('code-storage-failed', { what: name, step: 'writing', offset });
    onProgress?.('writing', Math.min(1, (offset + WRITE_LENGTH) / stored.length));
  }
}

/**
 * Stores a program and reads it back.
 * @param flags as for {@link writeCode}
 * @returns false when it was there already, and nothing was written
 * @throws VescError `code-storage-failed`, and those of the link
 */
export async function storeCode(
  endpoint: Endpoint,
  kind: CodeKind,
  code: Uint8Array,
  flags: number,
  hooks: WriteHooks = {},
): Promise<boolean> {
  const { signal, onProgress } = hooks;
  const present = await readCode(endpoint, kind, signal);
  if (present && sameBytes(present, code)) return false;
  await writeCode(endpoint, kind, code, flags, hooks);
  const readBack = await readCode(endpoint, kind, signal, (fraction) =>
    onProgress?.('reading back', fraction),
  );
  if (!readBack || !sameBytes(readBack, code)) {
    throw new VescError('code-storage-failed', { what: codeName(kind), step: 'reading back', offset: 0 });
  }
  return true;
}
