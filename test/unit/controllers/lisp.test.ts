import assert from 'node:assert/strict';
import { isVescError } from '../../../src/base/errors';
import { LispRepl } from '../../../src/controllers/lispRepl';
import { pauseLisp, requireLisp, runLisp, uploadLisp } from '../../../src/controllers/lispProgram';
import { LispWatch } from '../../../src/controllers/lispWatch';
import type { Session } from '../../../src/links/session';
import { decodeLispPrint, lispReplCommand } from '../../../src/protocol/messages/codeStorage';
import { CommandId } from '../../../src/protocol/commandId';
import { readCode, writeCode } from '../../../src/settings/storedCode';
import type { SimulatedControllerOptions } from '../../../src/simulator/simulatedController';
import { ADDRESS, UpdateBench } from '../../support/updateBench';

const HOST = { hardware: '60', hardwareType: 'vesc', major: 7, minor: 1 } as const;
const CODE = new TextEncoder().encode(`${'(puts "hello")\n'.repeat(200)}\0\0\0`);

describe('LispBM of a controller', () => {
  let bench: UpdateBench;
  let session: Session;
  let sent: number[];

  const start = async (options: SimulatedControllerOptions = {}): Promise<void> => {
    bench = new UpdateBench(options);
    ({ session } = await bench.clock.run(bench.pool.acquire(ADDRESS)));
    sent = [];
  };
  afterEach(() => bench.dispose());
  const run = <T>(work: Promise<T>): Promise<T> => bench.clock.run(work);
  const rejects = (work: Promise<unknown>, code: string): Promise<void> =>
    assert.rejects(run(work), (error) => isVescError(error) && error.code === code);

  describe('its program', () => {
    it('is stored and read back in three steps, and not stored twice', async () => {
      await start();
      const steps: [string, number][] = [];
      const hooks = { onProgress: (step: string, fraction: number) => void steps.push([step, fraction]) };
      assert.equal(await run(uploadLisp(session, HOST, CODE, hooks)), true);
      assert.deepEqual([...new Set(steps.map(([step]) => step))], ['erasing', 'writing', 'reading back']);
      assert.ok(steps.every(([, fraction]) => fraction >= 0 && fraction <= 1));
      assert.deepEqual(steps.at(-1), ['reading back', 1]);
      assert.deepEqual(await run(readCode(session, 'lisp')), CODE);
      steps.length = 0;
      assert.equal(await run(uploadLisp(session, HOST, CODE, hooks)), false);
      assert.deepEqual(steps, []);
    });

    it('can be broken off at every step, and it is said what is left', async () => {
      for (const [at, isErased] of [
        ['before', false],
        ['writing', true],
        ['reading back', true],
      ] as const) {
        await start();
        await run(writeCode(session, 'lisp', CODE.subarray(5), 0));
        const cancelled = new AbortController();
        if (at === 'before') cancelled.abort();
        const onProgress = (step: string): void => void (step === at && cancelled.abort());
        const work = uploadLisp(session, HOST, CODE, { signal: cancelled.signal, onProgress });
        await assert.rejects(
          run(work),
          (error) => isVescError(error, 'lisp-upload-cancelled') && error.details.isErased === isErased,
          at,
        );
        const left = await run(readCode(session, 'lisp'));
        assert.deepEqual(
          left,
          { before: CODE.subarray(5), writing: undefined, 'reading back': CODE }[at],
          at,
        );
        if (at !== 'reading back') bench.dispose();
      }
    });

    it('is started and paused; without code there is nothing to start', async () => {
      await start();
      await rejects(runLisp(session, HOST), 'lisp-not-started');
      await run(uploadLisp(session, HOST, CODE));
      await run(runLisp(session, HOST));
      await run(pauseLisp(session, HOST));
    });

    it('is not looked for in firmware older than 6.00, nor where nothing answers to it', async () => {
      await start({ version: { major: 5, minor: 3 } });
      await rejects(requireLisp(session, { ...HOST, major: 5, minor: 3 }), 'no-lispbm');
      await rejects(requireLisp(session, { ...HOST, hardwareType: 'custom-module' }), 'no-lispbm');
    });
  });

  describe('its REPL', () => {
    it('gets expressions at the pace that it takes them', async () => {
      await start();
      const prints: string[] = [];
      session.onPacket((payload) => {
        const text = decodeLispPrint(payload);
        if (text !== undefined) prints.push(text);
      });
      const repl = new LispRepl(bench.clock);
      await run(Promise.all(['(+ 1 1)', '(+ 1 2)', '(+ 1 3)'].map((text) => repl.send(session, text))));
      await bench.clock.advance(100);
      assert.deepEqual(prints, ['> 2', '> 3', '> 4']);
    });

    it('does not send what was given up, and goes on with the next', async () => {
      await start();
      const given = new AbortController();
      const repl = new LispRepl(bench.clock);
      await run(repl.send(session, '(+ 1 1)'));
      const waiting = assert.rejects(repl.send(session, '(+ 1 2)', given.signal));
      given.abort();
      await run(waiting);
      await run(repl.send(session, '(+ 1 3)'));
    });
  });

  describe('how it does', () => {
    const watchIt = (): LispWatch => {
      const counted = {
        ...session,
        canId: undefined,
        request: (...args: Parameters<Session['request']>) => {
          sent.push(args[0].payload[0]!);
          return session.request(...args);
        },
      } as unknown as Session;
      return new LispWatch(() => counted, bench.clock);
    };
    const asked = (): number => sent.filter((id) => id === CommandId.LISP_GET_STATS).length;

    it('is read once a second while it runs', async () => {
      await start();
      await run(uploadLisp(session, HOST, CODE));
      await run(runLisp(session, HOST));
      const watch = watchIt();
      watch.start();
      watch.start();
      await bench.clock.advance(3500);
      assert.equal(asked(), 3);
      assert.equal(watch.stats?.heap_percent, 10.35);
      watch.dispose();
      await bench.clock.advance(3000);
      assert.equal(asked(), 3);
    });

    it('is not read while it is paused, which would let it go on', async () => {
      await start();
      await run(uploadLisp(session, HOST, CODE));
      await run(runLisp(session, HOST));
      const watch = watchIt();
      watch.start();
      // While a reading is under way, too.
      await bench.clock.advance(1000);
      assert.equal(asked(), 1);
      await run(watch.pause());
      await run(pauseLisp(session, HOST));
      await bench.clock.advance(10_000);
      assert.equal(asked(), 1);
      assert.deepEqual([watch.isRunning, watch.stats], [false, undefined]);
      await run(watch.pause());
      watch.start();
      await bench.clock.advance(1100);
      assert.equal(asked(), 2);
      watch.dispose();
    });

    it('is no longer asked for where nothing answers', async () => {
      await start();
      const watch = watchIt();
      watch.start();
      await bench.clock.advance(10_000);
      assert.equal(asked(), 3);
      assert.equal(watch.isRunning, false);
    });

    it('waits for an update that has the link', async () => {
      await start();
      await run(session.send(lispReplCommand(':help')));
      const watch = watchIt();
      watch.start();
      const claim = session.claim('an update');
      await bench.clock.advance(10_000);
      assert.deepEqual([watch.isRunning, watch.stats], [true, undefined]);
      claim.dispose();
      await bench.clock.advance(1100);
      assert.equal(watch.stats?.heap_percent, 10.35);
      watch.dispose();
    });

    it('ends with the connection', async () => {
      await start();
      const watch = new LispWatch(() => undefined, bench.clock);
      watch.start();
      await bench.clock.advance(10_000);
      assert.equal(watch.isRunning, false);
    });
  });
});
