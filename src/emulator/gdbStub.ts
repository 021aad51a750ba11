import type { EmulatorCore } from './emulatorCore';

/** What a debugger sees of an M-profile core (GDB manual, "ARM Features"). */
const TARGET = `<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd"><target><architecture>arm</architecture>
<feature name="org.gnu.gdb.arm.m-profile">${[...Array(13).keys()].map((n) => `<reg name="r${n}" bitsize="32"/>`).join('')}
<reg name="sp" bitsize="32" type="data_ptr"/><reg name="lr" bitsize="32"/><reg name="pc" bitsize="32" type="code_ptr"/>
<reg name="xpsr" bitsize="32"/></feature>
<feature name="org.gnu.gdb.arm.m-system"><reg name="msp" bitsize="32" type="data_ptr"/>
<reg name="psp" bitsize="32" type="data_ptr"/></feature></target>`;

const REGISTERS = 19;
const MOST_BYTES = 2048;
/** SIGTRAP, SIGINT. */
const TRAPPED = 'S05';
const INTERRUPTED = 'S02';
const INTERRUPT = 0x03;

/** What the stub makes the emulation do. */
export interface Debuggee {
  readonly core: EmulatorCore;
  /** Stops or continues time. */
  halt(on: boolean): void;
  reset(): void;
}

/**
 * The remote protocol of GDB for one debugger: packets in, packets out. While the core is halted its time stands
 * still, watchdogs included.
 */
export class GdbStub {
  private text = '';
  private running = false;

  constructor(
    private readonly target: Debuggee,
    private readonly send: (text: string) => void,
  ) {
    target.core.attachDebugger(true);
    target.halt(true);
  }

  /** Bytes of the debugger. */
  receive(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (this.text === '' && byte === INTERRUPT) this.interrupt();
      else if (this.text !== '' || byte === 0x24) this.text += String.fromCharCode(byte);
      if (/#..$/s.test(this.text)) this.take();
      if (this.text.length > MOST_BYTES * 4) this.text = '';
    }
  }

  /** To be called when the core may have stopped, at a breakpoint or a BKPT. */
  poll(): void {
    if (!this.running || !this.target.core.isStopped) return;
    this.stop(TRAPPED);
  }

  /** The debugger has gone: the program runs on, without its breakpoints. */
  end(): void {
    for (const address of this.breakpoints) this.target.core.clearBreakpoint(address);
    this.breakpoints.clear();
    this.go();
    this.target.core.attachDebugger(false);
  }

  private readonly breakpoints = new Set<number>();

  private interrupt(): void {
    if (this.running) this.stop(INTERRUPTED);
  }

  private stop(reply: string): void {
    this.running = false;
    this.target.halt(true);
    this.reply(reply);
  }

  private go(): void {
    this.target.core.resume();
    this.running = true;
    this.target.halt(false);
  }

  private step(): string {
    this.target.core.step();
    return TRAPPED;
  }

  private take(): void {
    const packet = this.text.slice(1, -3);
    const sum = parseInt(this.text.slice(-2), 16);
    this.text = '';
    if (checksum(packet) !== sum) return this.send('-');
    this.send('+');
    const reply = this.answer(packet);
    if (reply !== undefined) this.reply(reply);
  }

  private reply(text: string): void {
    this.send(`$${text}#${checksum(text).toString(16).padStart(2, '0')}`);
  }

  /** The reply to a packet; none while the program runs, and an empty one to what is not known. */
  private answer(packet: string): string | undefined {
    const { core } = this.target;
    const [first = '', second = ''] = packet.slice(1).split(/[,=:]/);
    if (/^[pPmMzZ]/.test(packet) && !(isHex(first) && (packet.startsWith('p') || isHex(second))))
      return 'E01';
    switch (packet[0]) {
      case '?':
        return TRAPPED;
      case 'g':
        return Array.from({ length: REGISTERS }, (_, number) => littleEndian(core.register(number))).join('');
      case 'p':
        return parseInt(first, 16) < REGISTERS ? littleEndian(core.register(parseInt(first, 16))) : 'E01';
      case 'P':
        if (parseInt(first, 16) >= REGISTERS) return 'E01';
        core.setRegister(parseInt(first, 16), fromLittleEndian(second));
        return 'OK';
      case 'm':
        return this.read(parseInt(first, 16), parseInt(second, 16));
      case 'M':
        return this.write(parseInt(first, 16), parseInt(second, 16), packet.slice(packet.indexOf(':') + 1));
      case 'c':
        return this.go() as undefined;
      case 's':
        return this.step();
      case 'Z':
      case 'z':
        return this.breakpoint(packet.startsWith('Z'), first, parseInt(second, 16));
      case 'D':
        this.end();
        return 'OK';
      case 'H':
        return 'OK';
      default:
        return this.query(packet);
    }
  }

  private query(packet: string): string | undefined {
    if (packet.startsWith('qSupported'))
      return `PacketSize=${MOST_BYTES.toString(16)};qXfer:features:read+;vContSupported+`;
    if (packet.startsWith('qXfer:features:read:target.xml:')) {
      const [offset = 0, length = 0] = packet
        .split(':')
        .at(-1)!
        .split(',')
        .map((text) => parseInt(text, 16));
      const part = TARGET.slice(offset, offset + length);
      return (offset + part.length < TARGET.length ? 'm' : 'l') + part;
    }
    if (packet === 'vCont?') return 'vCont;c;C;s;S';
    if (/^vCont;[cC]/.test(packet)) return this.go() as undefined;
    if (/^vCont;[sS]/.test(packet)) return this.step();
    if (packet.startsWith('qRcmd,')) {
      const command = Buffer.from(packet.slice('qRcmd,'.length), 'hex').toString('latin1').trim();
      // It is halted for as long as it can be asked.
      if (command === 'halt') return 'OK';
      if (!command.startsWith('reset')) return '';
      this.target.reset();
      return 'OK';
    }
    return packet === 'qAttached' ? '1' : '';
  }

  private read(address: number, length: number): string {
    let text = '';
    for (let at = 0; at < Math.min(length, MOST_BYTES / 2); at++) {
      const byte = this.target.core.readByte((address + at) >>> 0);
      if (byte === undefined) break;
      text += byte.toString(16).padStart(2, '0');
    }
    return text === '' ? 'E14' : text;
  }

  private write(address: number, length: number, hex: string): string {
    if (hex.length !== 2 * length || (length > 0 && !isHex(hex))) return 'E01';
    for (let at = 0; at * 2 < hex.length; at++) {
      const byte = parseInt(hex.slice(at * 2, at * 2 + 2), 16);
      if (!this.target.core.writeByte((address + at) >>> 0, byte)) return 'E14';
    }
    return 'OK';
  }

  /** Kinds 0 and 1, software and hardware, are the same here. */
  private breakpoint(set: boolean, kind: string, address: number): string {
    if (kind !== '0' && kind !== '1') return '';
    if (!set) {
      this.breakpoints.delete(address);
      this.target.core.clearBreakpoint(address);
    } else {
      if (!this.target.core.setBreakpoint(address)) return 'E28';
      this.breakpoints.add(address);
    }
    return 'OK';
  }
}

function checksum(text: string): number {
  let sum = 0;
  for (let at = 0; at < text.length; at++) sum = (sum + text.charCodeAt(at)) & 0xff;
  return sum;
}

function isHex(text: string): boolean {
  return /^[0-9a-f]+$/i.test(text);
}

function littleEndian(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes.toString('hex');
}

function fromLittleEndian(hex: string): number {
  return Buffer.from(hex.padEnd(8, '0').slice(0, 8), 'hex').readUInt32LE();
}
