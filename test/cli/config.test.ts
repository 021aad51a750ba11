import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SimulatedController } from '../../src/simulator/simulatedController';
import { systemClock } from '../../src/base/clock';
import { DisposableStore } from '../../src/base/disposable';
import { formatLinkAddress } from '../../src/links/linkAddress';
import { serveTcp } from '../../src/simulator/tcpServer';
import { Bench, buildCli } from './vesc';

interface Setting {
  readonly name: string;
  readonly fate: string;
  readonly value?: unknown;
}

/** The settings of a simulated controller from the command line. */
describe('vesc config', () => {
  const owned = new DisposableStore();
  let bench: Bench;
  let port: string;

  const serve = async (major: number, minor: number): Promise<string> => {
    const options = { version: { major, minor }, speedFactor: 0 };
    const controller = owned.add(new SimulatedController(options, systemClock));
    return formatLinkAddress(owned.add(await serveTcp(controller, { port: 0 })).address);
  };

  before(async () => {
    buildCli();
    bench = new Bench();
    port = await serve(7, 1);
  });
  after(async () => {
    owned.dispose();
    await bench.dispose();
  });

  const config = (...args: string[]) => bench.run(['config', ...args, '--port', port, '--json']);

  it('shows and gets settings, enumerators by name', async () => {
    const { result } = await config('get', 'l_current_max', 'app_to_use', 'l_slow_abs_current');
    assert.deepEqual(result['settings'], [
      { name: 'l_current_max', value: 60, unit: 'A' },
      { name: 'app_to_use', value: 'APP_UART' },
      { name: 'l_slow_abs_current', value: false },
    ]);
    const shown = await config('show');
    assert.equal((shown.result['settings'] as unknown[]).length, 202 + 121);
    const unknown = await config('get', 'l_current');
    assert.equal(unknown.status, 2);
    assert.equal(unknown.error.code, 'unknown-setting');
    assert.match(unknown.error.next, /l_current_max/);
  });

  it('sets them, and says what the firmware made of them', async () => {
    const { result, status } = await config('set', 'l_current_max=500', 'motor_type=MOTOR_TYPE_DC');
    assert.equal(status, 0);
    assert.deepEqual(result['changed'], [
      { name: 'motor_type', before: 'MOTOR_TYPE_FOC', now: 'MOTOR_TYPE_DC' },
      { name: 'l_current_max', before: 60, now: 120, unit: 'A' },
    ]);
    assert.deepEqual(result['adjusted'], [{ name: 'l_current_max', wanted: 500, now: 120, unit: 'A' }]);
    for (const meaningless of ['motor_type=MOTOR_TYPE_STEAM', 'motor_type=7', 'controller_id=254']) {
      const wrong = await config('set', 'l_current_max=70', meaningless);
      assert.deepEqual([wrong.status, wrong.error.code], [2, 'settings-invalid'], meaningless);
    }
    const twice = await config('set', 'l_current_max=70', 'l_current_max=71');
    assert.deepEqual([twice.status, twice.error.code], [2, 'usage']);
    assert.match(twice.error.happened, /l_current_max is given twice/);
    const now = await config('get', 'l_current_max');
    assert.deepEqual((now.result['settings'] as Setting[])[0]?.value, 120);
    const differences = (await config('diff', 'defaults')).result['differences'] as Setting[];
    assert.deepEqual(
      differences.map(({ name }) => name),
      ['motor_type', 'l_current_max'],
    );
  });

  it('brings them to files and back', async () => {
    for (const name of ['motor.xml', 'motor.conf']) {
      const path = join(bench.folder, name);
      assert.equal((await config('export', path, '--kind', 'mcconf')).status, 0);
      const text = readFileSync(path, 'utf8');
      const changed = text
        .replace('<l_watt_max>1500000<', '<l_watt_max>800<')
        .replace('l_watt_max = 1500000 W', 'l_watt_max = 900 W');
      assert.notEqual(changed, text);
      writeFileSync(path, changed);
      const before = (await config('diff', path)).result['differences'] as Setting[];
      assert.deepEqual(
        before.map((each) => each.name),
        ['l_watt_max'],
      );
      const { result } = await config('import', path);
      assert.equal((result['changed'] as Setting[]).length, 1);
      await config('set', 'l_watt_max=1500000');
    }
  });

  it('refuses what it does not understand', async () => {
    for (const args of [
      [],
      ['shw'],
      ['set', 'l_current_max'],
      ['diff'],
      ['export', 'x.xml'],
      ['show', 'x'],
      ['get'],
      ['show', '--kind', 'x'],
    ])
      assert.equal((await config(...args)).status, 2, args.join(' '));
    const path = join(bench.folder, 'notes.txt');
    writeFileSync(path, 'hello');
    assert.equal((await config('import', path)).error.code, 'settings-file-unreadable');
  });

  it('refuses options that it would not look at, and names the way', async () => {
    const folder = join(bench.folder, 'one');
    const saved = (await bench.run(['backup', folder, '--port', port, '--json'])).result['path'] as string;
    const before = (await config('get', 'l_current_max')).result['settings'];
    const cases: readonly [readonly string[], RegExp][] = [
      [['set', 'l_current_max=33', '--motor', '2'], /--motor has no meaning for vesc config set.*--can ID/],
      [['set', 'l_current_max=33', '--snapshot', saved], /--snapshot has no meaning.*vesc restore/],
      [['set', 'l_current_max=33', '--defaults'], /--defaults has no meaning/],
      [['import', saved, '--motor', '2'], /--motor has no meaning for vesc config import/],
      [['import', saved, '--snapshot', saved], /--snapshot has no meaning/],
      [['import', saved, '--defaults'], /--defaults has no meaning/],
      [['import', saved, '--kind', 'mcconf'], /--kind has no meaning.*which configuration/],
      [['get', 'l_current_max', '--motor', '2'], /--motor has no meaning for a controller.*--can ID/],
      [['get', 'l_current_max', '-s', saved], /--port has no meaning for a snapshot/],
      [['diff', 'defaults', '--snapshot', saved], /--snapshot has no meaning for vesc config diff.*sides/],
      [['diff', 'defaults', '--motor', '1'], /--motor has no meaning for a comparison without a snapshot/],
      [['diff', saved, saved], /--port has no meaning for a comparison of files/],
    ];
    for (const [args, words] of cases) {
      const { status, error } = await config(...args);
      assert.deepEqual([status, error.code], [2, 'usage'], args.join(' '));
      assert.match(error.happened, words);
    }
    assert.deepEqual((await config('get', 'l_current_max')).result['settings'], before);
    const can = await bench.run(['config', 'get', 'l_current_max', '-s', saved, '--can', '3', '--json']);
    assert.match(can.error.happened, /--can has no meaning for a snapshot/);
    for (const args of [
      ['get', 'l_current_max', '-s', saved, '--motor', '1'],
      ['diff', saved, saved, '--motor', '1'],
    ])
      assert.equal((await bench.run(['config', ...args])).status, 0, args.join(' '));
  });

  it('a snapshot of 6.05 arrives on 7.01 with every setting accounted for', async () => {
    const old = await serve(6, 5);
    await bench.run(['config', 'set', 'l_current_max=44.5', 'app_to_use=APP_PAS', '--port', old]);
    const folder = join(bench.folder, 'saved');
    assert.equal((await bench.run(['backup', folder, '--port', old])).status, 0);
    const fresh = await serve(7, 1);
    const plain = await bench.run(['restore', folder, '--port', fresh, '--json']);
    assert.ok(plain.lines.some((line) => JSON.stringify(line).includes('--migrate')));
    const args = ['restore', folder, '--port', fresh, '--json', '--migrate', '--skip', 'timeout_msec'];
    const planned = await bench.run([...args, '--dry-run']);
    assert.equal(planned.result['restored'], undefined);
    const { result, status } = await bench.run(args);
    assert.equal(status, 0);
    assert.deepEqual(planned.result['migration'], result['migration']);
    const parts = result['migration'] as { what: string; settings: Setting[] }[];
    const counts = parts.map(({ settings }) =>
      ['kept', 'changed', 'new', 'dropped'].map(
        (fate) => settings.filter((each) => each.fate === fate).length,
      ),
    );
    assert.deepEqual(counts, [
      [190, 3, 9, 3],
      [117, 2, 2, 0],
    ]);
    assert.deepEqual(
      (result['restored'] as { outcome: string }[]).map(({ outcome }) => outcome),
      ['migrated', 'migrated'],
    );
    const got = await bench.run(['config', 'get', 'l_current_max', 'app_to_use', '--port', fresh, '--json']);
    assert.deepEqual(
      (got.result['settings'] as Setting[]).map(({ value }) => value),
      [44.5, 'APP_PAS'],
    );
    const typo = await bench.run(['restore', folder, '--port', fresh, '--json', '--migrate', '--skip', 'x']);
    assert.equal(typo.error.code, 'unknown-setting');
  });

  it('a restore cannot be cancelled while it writes, and says so', async () => {
    const { port: own } = await bench.simulate('--speed', '1');
    const at = ['--port', own, '--json'];
    for (const text of ['(print 1)', '(print 2)']) {
      const file = bench.file('main.lisp', text);
      assert.equal((await bench.run(['lisp', 'upload', file, ...at])).status, 0);
      if (text.includes('1')) await bench.run(['backup', join(bench.folder, 'coded'), ...at]);
    }
    const restore = bench.start(['restore', join(bench.folder, 'coded'), ...at]);
    await restore.printed(/Restoring LispBM code/);
    restore.kill('SIGINT');
    const run = await restore.ended;
    assert.equal(run.status, 0, run.stdout);
    const warnings = run.lines.filter(({ type }) => type === 'warning').map(({ message }) => String(message));
    assert.equal(warnings.length, 1, run.stdout);
    assert.match(warnings[0]!, /cannot be cancelled now: the settings are being written back/);
    assert.equal((await bench.run(['lisp', 'read', ...at])).result['source'], '(print 1)');
  });

  it('a restore leaves what is skipped, with and without --migrate', async () => {
    const own = await serve(7, 1);
    const at = ['--port', own, '--json'];
    const folder = join(bench.folder, 'same');
    assert.equal((await bench.run(['config', 'set', 'l_current_max=44', 'l_watt_max=900', ...at])).status, 0);
    assert.equal((await bench.run(['backup', folder, ...at])).status, 0);
    for (const more of [[], ['--migrate']]) {
      await bench.run(['config', 'set', 'l_current_max=50', 'l_watt_max=800', ...at]);
      const run = await bench.run(['restore', folder, '--skip', 'l_watt_max', ...more, ...at]);
      assert.equal(run.status, 0, run.stdout);
      const got = await bench.run(['config', 'get', 'l_current_max', 'l_watt_max', ...at]);
      assert.deepEqual(
        (got.result['settings'] as Setting[]).map(({ value }) => value),
        [44, 800],
      );
    }
    await bench.run(['config', 'set', 'l_current_max=50', ...at]);
    const typo = await bench.run(['restore', folder, '--skip', 'l_watt_mx', ...at]);
    assert.deepEqual([typo.status, typo.error.code], [2, 'unknown-setting']);
    assert.match(typo.error.next, /l_watt_max/);
    const got = await bench.run(['config', 'get', 'l_current_max', ...at]);
    assert.deepEqual((got.result['settings'] as Setting[])[0]?.value, 50, 'nothing was written');
    const dry = await bench.run(['restore', folder, '--skip', 'l_watt_max', '--dry-run', ...at]);
    const [motor] = dry.result['migration'] as { settings: (Setting & { remark?: string })[] }[];
    const skipped = motor!.settings.find(({ name }) => name === 'l_watt_max');
    assert.deepEqual([skipped?.value, skipped?.remark], [undefined, 'left as the controller has it']);
  });
});
