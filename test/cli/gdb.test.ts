import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { encodeFrame, FrameDecoder } from '../../src/protocol/frame';
import { compileProbe } from '../support/emulator';
import { Bench, buildCli, type Vesc } from './vesc';

const isThere = (program: string): boolean => spawnSync(program, ['--version']).status === 0;
const GDB = ['gdb-multiarch', 'arm-none-eabi-gdb'].find(isThere);

/** A GDB that is typed at. */
class Gdb {
  private readonly child: ChildProcess;
  private text = '';
  private wake: () => void = () => {};
  private marks = 0;

  constructor(elf: string) {
    this.child = spawn(GDB!, ['-nx', '-q', elf], { stdio: ['pipe', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.on('data', (bytes: Buffer) => {
        this.text += bytes.toString();
        this.wake();
      });
    }
    this.child.once('close', () => {
      this.text += '\n(gdb has ended)';
      this.wake();
    });
    this.type('set confirm off\nset pagination off\nset width 0');
  }

  /** What GDB says to a command, once it has carried it out. */
  async ask(command: string): Promise<string> {
    this.type(command);
    return this.over();
  }

  /** What it has said by the time that it is done with everything that was typed. */
  async over(): Promise<string> {
    const mark = `<over ${++this.marks}>`;
    this.type(`echo ${mark}\\n`);
    const said = await this.until(mark);
    this.text = '';
    return said;
  }

  async until(what: string): Promise<string> {
    while (!this.text.includes(what)) {
      assert.ok(!this.text.includes('(gdb has ended)'), this.text);
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    return this.text;
  }

  type(command: string): void {
    this.child.stdin!.write(`${command}\n`);
  }

  interrupt(): void {
    this.child.kill('SIGINT');
  }

  end(): void {
    this.child.kill('SIGKILL');
  }
}

/** A real GDB at the emulator as it is shipped, with a program of ours and its symbols. */
describe('vesc emulate --gdb', function () {
  this.timeout(60_000);
  let bench: Bench;
  let elf: string;
  let image: string;
  let vesc: Vesc;
  let gdb: Gdb;
  let socket: Socket;
  let answers: Uint8Array[];

  before(function () {
    // The emulator's core may have to be compiled.
    this.timeout(120_000);
    if ((GDB === undefined || !isThere('arm-none-eabi-gcc')) && !process.env['CI']) this.skip();
    buildCli();
    bench = new Bench();
    const compiled = compileProbe(bench.folder);
    elf = compiled.elf;
    image = bench.file('image.bin', compiled.image);
  });
  after(() => bench?.dispose());

  beforeEach(async () => {
    vesc = bench.start(['emulate', '--json', '--tcp', '0', '--gdb', '0', image]);
    const portOf = async (type: string): Promise<number> => {
      const [line] = await vesc.printed(new RegExp(`^.*"type":"${type}".*$`, 'm'));
      return (JSON.parse(line) as { port: number }).port;
    };
    socket = connect(await portOf('listening'), '127.0.0.1');
    answers = [];
    const decoder = new FrameDecoder();
    socket.on('data', (bytes) => answers.push(...decoder.push(bytes)));
    await answered(300);
    gdb = new Gdb(elf);
    await gdb.ask(`target remote 127.0.0.1:${await portOf('debugger')}`);
  });
  afterEach(() => {
    gdb?.end();
    socket?.destroy();
    vesc.kill('SIGINT');
  });

  function ask(): void {
    socket.write(encodeFrame(Uint8Array.of(0)));
  }

  /** Resolves when FW_VERSION is answered; asks again in `again_ms`, while the program may not have started yet. */
  async function answered(again_ms?: number): Promise<void> {
    if (again_ms !== undefined) ask();
    const timer = again_ms === undefined ? undefined : setInterval(ask, again_ms);
    while (answers.length === 0) await new Promise((resolve) => socket.once('data', resolve));
    clearInterval(timer);
    assert.equal(Buffer.from(answers[0]!).toString('latin1', 3, 8), 'probe');
  }

  async function ticksNow(): Promise<string> {
    return / = (\d+)\n/.exec(await gdb.ask('print ticks'))![1]!;
  }

  it('lets it look into a running program, step through it and go away again', async () => {
    assert.match(
      await gdb.ask('break answer_version'),
      /Breakpoint 1 at 0x8[0-9a-f]+: file .*probe\.c, line \d+\./,
    );
    ask();
    assert.match(await gdb.ask('continue'), /Breakpoint 1, .*answer_version \(\)/);
    const trace = await gdb.ask('backtrace');
    assert.match(trace, /#0 .*answer_version \(\) at .*probe\.c:\d+/);
    assert.match(trace, /#1 .*worker_handler \(\) at .*probe\.c:\d+/);
    assert.match(trace, /#2 +<signal handler called>\n#3 .*reset_handler \(\)/);

    assert.match(await gdb.ask('print kept[0]'), /= 1\n/);
    const ticks = await ticksNow();
    assert.match(await gdb.ask('next'), /\d+\t/);
    assert.match(await gdb.ask('stepi'), /0x[0-9a-f]+|\d+\t/);
    // The program's clock is a variable: a few instructions are far from a millisecond.
    assert.equal(await ticksNow(), ticks);
    assert.match(await gdb.ask('print ticks = 123456'), /= 123456/);
    assert.match(await gdb.ask('x/1dw &ticks'), /<ticks>:\t123456/);
    assert.match(await gdb.ask('info registers msp psp'), /msp +0x2000f[0-9a-f]{3}/);

    await gdb.ask('delete');
    answers.length = 0;
    await gdb.ask('detach');
    await answered();
    assert.doesNotMatch(vesc.stdout, /"type":"reset"/, 'no watchdog has bitten while it was halted');
  });

  it('lets it stop a program anywhere, watch a variable and start it over', async () => {
    gdb.type('continue');
    await gdb.until('Continuing.');
    // Before it runs, an interruption would be GDB's own.
    answers.length = 0;
    await answered(300);
    gdb.interrupt();
    assert.match(await gdb.over(), /received signal SIGINT/);
    // There are no watchpoints in hardware: GDB steps and compares.
    await gdb.ask('set can-use-hw-watchpoints 0');
    await gdb.ask('break systick_handler');
    await gdb.ask('continue');
    await gdb.ask('delete');
    await gdb.ask('watch ticks');
    assert.match(await gdb.ask('continue'), /Old value = \d+\nNew value = \d+/);
    await gdb.ask('delete');
    await gdb.ask('monitor reset');
    gdb.type('continue');
    await vesc.printed(/"cause":"software"/);
  });

  it('stops at a BKPT of the program, and goes on behind it', async () => {
    await gdb.ask('set {unsigned short[4]}0x20007000 = {0xbf00, 0xbe00, 0xbf00, 0xe7fe}');
    await gdb.ask('set $pc = 0x20007000');
    assert.match(await gdb.ask('continue'), /received signal SIGTRAP/);
    assert.match(await gdb.ask('print/x $pc'), /= 0x20007002\n/);
    await gdb.ask('stepi');
    assert.match(await gdb.ask('print/x $pc'), /= 0x20007004\n/);
    await gdb.ask('break *0x20007006');
    assert.match(await gdb.ask('continue'), /Breakpoint 1, 0x20007006/);
    assert.doesNotMatch(vesc.stdout, /"type":"fault"/);
  });
});
