import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, connect as dial, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Disposable } from '../base/disposable';
import { VescError } from '../base/errors';
import { fromHex, toHex } from '../protocol/bytes';
import type { SwdPins } from './swdPins';

/**
 * Wires between simulated controllers of different processes. The SWD pins of one are a TCP server on the loopback
 * address; where it listens stands, with a token that every caller must know, in a file named after the pins in a
 * folder that only this user can read. The programmer of another one looks it up whenever it connects, so either may
 * be started first. Over the socket goes one JSON object a line in each direction.
 */
interface Place {
  readonly port: number;
  readonly token: string;
}

/** What the programmer asks; `data` is hex. */
interface Question {
  readonly token: string;
  readonly do:
    'attach' | 'eraseAll' | 'eraseSector' | 'writeFlash' | 'writeMemory' | 'readMemory' | 'reset' | 'detach';
  readonly address?: number;
  readonly length?: number;
  readonly data?: string;
}

/** `result` is a number, a truth, or hex; absent for `undefined`. */
interface Answer {
  readonly result?: number | boolean | string;
}

const HOST = '127.0.0.1';
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/;
const TOKEN_LENGTH = 16;
const OWNER_ONLY = 0o700;
const OWNER_READS = 0o600;
/** The longest line anybody has to send: a write of one frame. */
const MAX_LINE = 4096;

/** The folder where the pins of this user's simulated controllers are listed. */
export function swdFolder(): string {
  return join(tmpdir(), `vesc-swd-${userInfo().username}`);
}

/** @throws VescError `usage` for a name that could not be a file's */
export function checkSwdName(name: string): string {
  if (NAME.test(name)) return name;
  const problem = `SWD pins are named with letters, digits, dot, dash and underscore, not "${name}".`;
  throw new VescError('usage', { problem, help: 'vesc simulate --help' });
}

/**
 * Offers `pins` under `name`, for the programmers of other processes of this user.
 * @throws VescError `cannot-listen` when the name is taken, or the folder is somebody else's
 */
export async function serveSwd(name: string, pins: SwdPins, folder = swdFolder()): Promise<Disposable> {
  const failed = (reason: string, cause?: unknown): VescError =>
    new VescError('cannot-listen', { address: `SWD pins "${name}"`, reason }, { cause });
  await mkdir(folder, { recursive: true, mode: OWNER_ONLY });
  const owner = (await lstat(folder)).uid;
  const user = process.getuid?.();
  if (user !== undefined && owner !== user) throw failed(`${folder} belongs to somebody else`);
  const file = join(folder, `${checkSwdName(name)}.json`);
  const earlier = await findPlace(file);
  if (earlier && (await isListening(earlier)))
    throw failed('another simulated controller has pins of that name');

  const token = randomBytes(TOKEN_LENGTH).toString('hex');
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    let last: Promise<void> = Promise.resolve();
    readLines(socket, (line) => {
      last = last.then(async () => {
        const answer = await reply(pins, token, line);
        if (answer === undefined) socket.destroy();
        else socket.write(`${JSON.stringify(answer)}\n`);
      });
    });
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', (error) => reject(failed(error.message, error)));
    server.listen({ host: HOST, port: 0 }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  await rm(file, { force: true });
  await writeFile(file, JSON.stringify({ port, token } satisfies Place), { mode: OWNER_READS, flag: 'wx' });
  return {
    dispose() {
      server.close();
      for (const socket of sockets) socket.destroy();
      void rm(file, { force: true });
    },
  };
}

/** The pins that another process offers as `name`: looked up at every {@link SwdPins.attach}. */
export function farSwdPins(name: string, folder = swdFolder()): SwdPins & Disposable {
  return new FarPins(join(folder, `${checkSwdName(name)}.json`));
}

class FarPins implements SwdPins, Disposable {
  private socket: Socket | undefined;
  private token = '';
  private readonly waiting: ((answer: Answer) => void)[] = [];

  constructor(private readonly file: string) {}

  async attach(): Promise<number | undefined> {
    this.dispose();
    const place = await findPlace(this.file);
    const socket = place && (await open(place));
    if (!place || !socket) return undefined;
    this.token = place.token;
    this.socket = socket;
    readLines(socket, (line) => this.waiting.shift()?.(parse(line) ?? {}));
    socket.once('close', () => {
      if (this.socket === socket) this.socket = undefined;
      for (const give of this.waiting.splice(0)) give({});
    });
    const { result } = await this.ask({ do: 'attach' });
    return typeof result === 'number' ? result : undefined;
  }

  eraseAll(): Promise<boolean> {
    return this.isDone({ do: 'eraseAll' });
  }

  eraseSector(index: number): Promise<boolean> {
    return this.isDone({ do: 'eraseSector', address: index });
  }

  writeFlash(address: number, bytes: Uint8Array): Promise<boolean> {
    return this.isDone({ do: 'writeFlash', address, data: toHex(bytes) });
  }

  writeMemory(address: number, bytes: Uint8Array): Promise<boolean> {
    return this.isDone({ do: 'writeMemory', address, data: toHex(bytes) });
  }

  async readMemory(address: number, length: number): Promise<Uint8Array | undefined> {
    const { result } = await this.ask({ do: 'readMemory', address, length });
    return typeof result === 'string' ? fromHex(result) : undefined;
  }

  reset(): Promise<boolean> {
    return this.isDone({ do: 'reset' });
  }

  async detach(): Promise<void> {
    await this.ask({ do: 'detach' });
    this.dispose();
  }

  dispose(): void {
    this.socket?.destroy();
    this.socket = undefined;
  }

  private async isDone(question: Omit<Question, 'token'>): Promise<boolean> {
    return (await this.ask(question)).result === true;
  }

  private ask(question: Omit<Question, 'token'>): Promise<Answer> {
    const { socket, token } = this;
    if (!socket) return Promise.resolve({});
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      socket.write(`${JSON.stringify({ token, ...question })}\n`);
    });
  }
}

/** Undefined for a caller who does not know the token, or says nothing that makes sense. */
async function reply(pins: SwdPins, token: string, line: string): Promise<Answer | undefined> {
  const question = parse(line) as Partial<Question> | undefined;
  if (question?.token !== token) return undefined;
  const { address = 0, length = 0, data = '' } = question;
  const told = <T>(result: T | undefined): { result?: T } => (result === undefined ? {} : { result });
  switch (question.do) {
    case 'attach':
      return told(await pins.attach());
    case 'eraseAll':
      return told(await pins.eraseAll());
    case 'eraseSector':
      return told(await pins.eraseSector(address));
    case 'writeFlash':
      return told(await pins.writeFlash(address, fromHex(data)));
    case 'writeMemory':
      return told(await pins.writeMemory(address, fromHex(data)));
    case 'readMemory': {
      const bytes = await pins.readMemory(address, length);
      return told(bytes && toHex(bytes));
    }
    case 'reset':
      return told(await pins.reset());
    case 'detach':
      await pins.detach();
      return {};
    case undefined:
      return undefined;
  }
}

function readLines(socket: Socket, take: (line: string) => void): void {
  const lines = createInterface({ input: socket });
  lines.on('line', (line) => {
    if (line.length > MAX_LINE) socket.destroy();
    else take(line);
  });
  // It passes on what befalls the socket, where that is heard already.
  lines.on('error', () => {});
}

function parse(text: string): Answer | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

async function findPlace(file: string): Promise<Place | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const place = parse(text) as Partial<Place> | undefined;
  const { port, token } = place ?? {};
  return typeof port === 'number' && typeof token === 'string' ? { port, token } : undefined;
}

function open({ port }: Place): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = dial({ host: HOST, port }, () => resolve(socket));
    socket.setNoDelay(true);
    socket.on('error', () => resolve(undefined));
  });
}

async function isListening(place: Place): Promise<boolean> {
  const socket = await open(place);
  socket?.destroy();
  return socket !== undefined;
}
