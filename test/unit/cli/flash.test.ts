import assert from 'node:assert/strict';
import { VescError } from '../../../src/base/errors';
import type { BuildHost } from '../../../src/build/host';
import { Interruption } from '../../../src/cli/interruption';
import type { Core } from '../../../src/controllers/core';
import type { UpdateHooks, UpdateRequest } from '../../../src/update/updater';
import type { UpdateResult, Verdict } from '../../../src/update/verdict';
import type { ControllerIdentity } from '../../../src/update/controllerIdentity';
import { syntheticImage } from '../../support/syntheticImage';
import { type FakeRun, runWith } from './fakeContext';

const UUID = '3a0041001850563039373220';
const BUILD_ID = `vb1-${'ab'.repeat(20)}`;
const identity: ControllerIdentity = {
  uuid: UUID,
  hardware: '60',
  hardwareType: 'vesc',
  firmware: { major: 7, minor: 1, test: 0, name: '', commit: 'cd'.repeat(20) },
  canId: 5,
};

const image = syntheticImage();
const host = {
  files: {
    status: () => Promise.resolve({ kind: 'file', size_B: image.length, modified_ms: 0 }),
    readBytes: () => Promise.resolve(image),
  },
} as unknown as BuildHost;

function resultOf(verdict: Verdict, more: Partial<UpdateResult> = {}): UpdateResult {
  return {
    verdict,
    before: identity,
    buildId: BUILD_ID,
    stages: [
      { stage: 'identify', duration_ms: 4 },
      { stage: 'upload', duration_ms: 8000, bytes: 320_000 },
    ],
    payload_B: 320_000,
    raw_B: 524_280,
    restored: [],
    address: { kind: 'serial', path: '/dev/ttyACM0', baudRate: 115_200 },
    ...more,
  };
}

interface FakeUpdate {
  readonly run: (request: UpdateRequest, hooks: UpdateHooks) => Promise<UpdateResult>;
  readonly interruption?: Interruption;
}

function flash(args: readonly string[], update: FakeUpdate): Promise<FakeRun> {
  const core = {
    journal: { pending: () => Promise.resolve([]) },
    memory: { remember: () => Promise.resolve({ uuid: UUID }) },
    updater: { run: update.run },
  } as unknown as Partial<Core>;
  return runWith(['flash', 'x.bin', '--port', '/dev/ttyACM0', ...args], {
    core,
    host,
    ...(update.interruption === undefined ? {} : { interruption: update.interruption }),
  });
}

/** Every verdict with the error it comes with, its exit status, and what a person reads first. */
const VERDICTS: readonly [UpdateResult, status: number, headline: RegExp][] = [
  [resultOf('updated', { proof: 'build-identity', after: identity }), 0, /^Updated {2}60\n/],
  [resultOf('already-running', { proof: 'build-identity' }), 0, /^Already running {2}60\n/],
  [
    resultOf('refused', { error: new VescError('voltage-low', { voltage_V: 4, minimum_V: 6 }) }),
    4,
    /^Refused {2}60\n/,
  ],
  [
    resultOf('interrupted', { error: new VescError('link-lost', { reason: 'gone.' }) }),
    5,
    /^Interrupted {2}60\n/,
  ],
  [
    resultOf('not-taken', {
      after: identity,
      error: new VescError('not-taken', { causes: ['old-bootloader'], running: 'firmware 7.01' }),
    }),
    6,
    /^Not taken {2}60\n/,
  ],
  [resultOf('lost', { error: new VescError('lost', { waited_s: 90, uuid: UUID }) }), 7, /^Lost {2}60\n/],
  [
    resultOf('unproven', { after: identity, error: new VescError('unproven', { running: 'firmware 7.01' }) }),
    8,
    /^Unproven {2}60\n/,
  ],
];

describe('vesc flash and its verdicts', () => {
  for (const [result, status, headline] of VERDICTS) {
    it(`${result.verdict}: exit status ${status}`, async () => {
      const json = await flash(['--json'], { run: () => Promise.resolve(result) });
      assert.equal(json.status, status);
      const last = json.lines().at(-1)!;
      assert.deepEqual(
        [last['type'], last['ok'], last['verdict'], last['proof'], last['buildId']],
        ['result', status === 0, result.verdict, result.proof ?? null, BUILD_ID],
      );
      assert.deepEqual(last['before'], { ...identity });
      const runs = result.after ?? (result.verdict === 'already-running' ? identity : undefined);
      assert.deepEqual(last['after'], runs === undefined ? null : { ...identity });
      assert.deepEqual(last['stages'], result.stages);
      assert.deepEqual([last['payload_B'], last['raw_B']], [320_000, 524_280]);
      assert.equal((last['error'] as { code: string } | undefined)?.code, result.error?.code);
      const text = await flash([], { run: () => Promise.resolve(result) });
      assert.equal(text.status, status);
      assert.match(text.stdout.text, headline);
      assert.match(text.stdout.text, /upload +8\.0 s +40\.0 KB\/s/);
      if (status !== 0) assert.ok(text.stderr.text.includes(result.error!.happened));
    });
  }

  it('calls sent only what was sent', async () => {
    const sizeOf = async (result: UpdateResult): Promise<string | undefined> => {
      const run = await flash([], { run: () => Promise.resolve(result) });
      return /^ *Size +(.*)$/m.exec(run.stdout.text)?.[1];
    };
    assert.match((await sizeOf(resultOf('updated', { after: identity })))!, / sent for /);
    const error = new VescError('link-lost', { reason: 'gone.' });
    const stages = [{ stage: 'upload', duration_ms: 800 }] as const;
    assert.match((await sizeOf(resultOf('interrupted', { error, stages })))!, / to be sent for /);
    assert.equal(await sizeOf(resultOf('interrupted', { error, payload_B: 0 })), undefined);
  });

  it('tells parts of the settings that were not restored, and why', async () => {
    const restored = [
      { what: 'motor configuration', outcome: 'restored' },
      { what: 'LispBM code', outcome: 'failed', detail: 'no answer' },
      { what: 'app configuration', outcome: 'kept', detail: 'another layout' },
    ] as const;
    const run = await flash([], {
      run: () => Promise.resolve(resultOf('updated', { after: identity, restored })),
    });
    assert.match(run.stdout.text, /Restored +motor configuration\n/);
    assert.match(run.stdout.text, /Not restored +LispBM code \(no answer\)\n/);
    assert.match(run.stdout.text, /Not restored +app configuration \(another layout\)\n/);
  });

  it('hands on what was asked for', async () => {
    let asked: UpdateRequest | undefined;
    await flash(['--reflash', '--override-hardware', '60', '--override', 'voltage-low', '--window', '3'], {
      run(request) {
        asked = request;
        return Promise.resolve(resultOf('updated', { after: identity }));
      },
    });
    assert.deepEqual(
      { ...asked, image: asked?.image.name },
      {
        reflash: true,
        overrideHardware: '60',
        override: ['voltage-low'],
        window: 3,
        target: { address: { kind: 'serial', path: '/dev/ttyACM0', baudRate: 115_200 } },
        image: 'x.bin',
      },
    );
  });

  it('refuses with a file what only says how to build', async () => {
    for (const args of [
      ['--board', '60'],
      ['--workspace', '.'],
      ['--make', 'A=1'],
      ['--compiler', '/x'],
      ['--verbose'],
    ]) {
      const run = await flash(args, { run: () => assert.fail('nothing runs') });
      assert.equal(run.status, 2, args.join(' '));
      assert.ok(run.stderr.text.includes(`${args[0]} has no meaning for vesc flash FILE`), run.stderr.text);
    }
  });

  it('refuses overrides that do not exist, and a window that cannot be', async () => {
    const never = { run: () => assert.fail('nothing runs') };
    for (const args of [
      ['--override', 'wrong-hardware'],
      ['--override', 'nonsense'],
      ['--window', '0'],
      ['--window', '1.5'],
    ]) {
      assert.equal((await flash(args, never)).status, 2, args.join(' '));
    }
  });

  it('cancels as long as that can be done, and says when not any more', async () => {
    const interruption = new Interruption();
    const run = await flash(['--json'], {
      interruption,
      run(_request, { signal, onProgress }) {
        const progress = { fraction: 1, message: 'Starting' } as const;
        for (const stage of ['reconnect', 'restore'] as const) {
          onProgress!({ ...progress, stage, cancellable: false });
          interruption.interrupt('SIGINT');
        }
        assert.equal(signal!.aborted, false);
        onProgress!({ ...progress, stage: 'upload', cancellable: true });
        interruption.interrupt('SIGINT');
        assert.equal(signal!.aborted, true);
        return Promise.resolve(resultOf('updated', { after: identity }));
      },
    });
    const warnings = run.lines().filter(({ type }) => type === 'warning');
    assert.match(
      warnings[0]!['message'] as string,
      /cannot be cancelled now: the bootloader is at work.*Keep the power on/,
    );
    assert.match(
      warnings[1]!['message'] as string,
      /cannot be cancelled now: the settings are being written/,
    );
    assert.match(warnings[2]!['message'] as string, /^Cancelling/);
  });
});
