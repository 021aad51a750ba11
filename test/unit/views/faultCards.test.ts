import assert from 'node:assert/strict';
import { Emitter } from '../../../src/base/emitter';
import { VescError } from '../../../src/base/errors';
import type { CrashReport, CrashReportRequest } from '../../../src/build/crashReport';
import type { Controller } from '../../../src/controllers/controller';
import type { CrashDiag } from '../../../src/protocol/crashDiag';
import type { KeptFault } from '../../../src/settings/faultHistory';
import type { Card } from '../../../src/views/card';
import { CrashReports } from '../../../src/views/crashReports';
import { FaultCards } from '../../../src/views/faultCards';
import { faultHoverLines } from '../../../src/views/faultHoverWords';
import { connectedController, identity } from '../../support/controllers';

const DIAG: CrashDiag = {
  bootNumber: 2,
  uptime_s: 5,
  resetFlags: ['PIN', 'SFT'],
  briefPowerLoss: false,
  crashedBoots: 1,
  crash: { kind: 'registers', bootsAgo: 1, registers: { pc: 1 } },
};
const FOUND: CrashReport = {
  elf: '/e',
  places: {
    pc: { address: 1, function: 'f', file: '/fw/a.c', line: 3, offset_B: 0, inlinedInto: [] },
    culprit: 'pc',
  },
  halts: [],
};
const kept = (fault: string, at: string, seen = true): KeptFault => ({
  fault: `FAULT_CODE_${fault}`,
  at,
  seen,
});
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('reports of crashes', () => {
  const bench = (
    report: (request: CrashReportRequest) => Promise<CrashReport> = () => Promise.resolve(FOUND),
  ) => {
    const asked: CrashReportRequest[] = [];
    const reports = new CrashReports({
      report: (request) => {
        asked.push(request);
        return report(request);
      },
      root: () => '/fw',
    });
    const controller = connectedController(identity({ buildId: 'vb1-now' }));
    controller.crashDiag = DIAG;
    return { asked, reports, controller };
  };

  it('are looked up once, with the build that runs there', async () => {
    const { asked, reports, controller } = bench();
    let changes = 0;
    reports.onChange(() => changes++);
    assert.equal(reports.of(controller), undefined);
    assert.equal(reports.of(controller), undefined);
    assert.equal(await reports.wait(controller), FOUND);
    assert.equal(reports.of(controller), FOUND);
    assert.equal(reports.placeOf(controller)?.label, 'a.c:3');
    assert.deepEqual(
      asked.map(({ buildId, tree }) => [buildId, tree]),
      [['vb1-now', '/fw']],
    );
    assert.equal(changes, 1);
    reports.refresh();
    assert.equal(reports.of(controller), undefined);
  });

  it('take the build that ran when an old crash was first seen', async () => {
    const { asked, reports, controller } = bench();
    const { crash } = DIAG;
    controller.crashDiag = { ...DIAG, bootNumber: 5, crash: { ...crash!, bootsAgo: 4 } };
    assert.equal(reports.of(controller), undefined);
    assert.deepEqual(asked, [], 'what was kept of it is not known yet');
    const crashes = [{ at: '2026-01-01T00:00:00Z', crash: crash!, bootNumber: 1, buildId: 'vb1-then' }];
    controller.keep({ thisBoot: [], earlier: [], crashes });
    assert.equal(await reports.wait(controller), FOUND);
    assert.deepEqual(
      asked.map(({ buildId }) => buildId),
      ['vb1-then'],
    );
  });

  it('tell nothing where there is no crash, or its ELF is damaged', async () => {
    const damaged = () => Promise.reject(new VescError('file-unreadable', { path: '/e', reason: 'gone' }));
    const { reports, controller } = bench(damaged);
    assert.deepEqual(await reports.wait(controller), { places: {}, halts: [] });
    controller.crashDiag = undefined;
    assert.equal(reports.of(controller), undefined);
    assert.equal(await reports.wait(controller), undefined);
    assert.equal(reports.placeOf(controller), undefined);
  });
});

describe('the card that is shown', () => {
  let changes: Emitter<Controller | undefined>;
  let shown: Card | undefined;
  let updates: number;
  let search: { resolve: (places: never[]) => void; signal: AbortSignal | undefined } | undefined;
  let cards: FaultCards;
  let controller: Controller;
  let reports: CrashReports;
  let tellCrash: () => void;

  beforeEach(() => {
    changes = new Emitter();
    shown = undefined;
    updates = 0;
    controller = connectedController();
    controller.activeFault = null;
    const found = new Promise<CrashReport>((resolve) => (tellCrash = () => resolve(FOUND)));
    reports = new CrashReports({ report: () => found, root: () => '/fw' });
    cards = new FaultCards({
      registry: { onChange: changes.event },
      tree: () => Promise.resolve({ root: '/fw' }),
      sources: {
        raising: (_root, _fault, signal) =>
          new Promise((resolve, reject) => {
            search = { resolve, signal };
            signal?.addEventListener('abort', () => reject(signal.reason as Error));
          }),
      },
      crashes: reports,
      page: {
        show: (card) => (shown = card),
        update: (card) => {
          shown = card;
          updates++;
        },
      },
    });
  });
  afterEach(() => cards.dispose());

  it('is there before the sources were searched, and follows what becomes known', async () => {
    const work = cards.showFault(controller, { fault: 'FAULT_CODE_DRV' });
    await settle();
    assert.equal(shown?.title, 'DRV');
    assert.match(JSON.stringify(shown), /Looking through/);
    search!.resolve([]);
    await work;
    assert.match(JSON.stringify(shown), /Nothing in this tree/);
    controller.activeFault = 'FAULT_CODE_DRV';
    changes.fire(controller);
    assert.match(shown.subtitle, /active now/);
    const before = updates;
    changes.fire(connectedController());
    assert.equal(updates, before);
  });

  it('is that of the fault that was meant', async () => {
    const all = [kept('DRV', '2020-01-01T10:00:00Z'), kept('DRV', '2020-01-02T10:00:00Z')];
    controller.keep({ thisBoot: all, earlier: [kept('BRK', '2019-01-01T10:00:00Z', false)], crashes: [] });
    controller.activeFault = 'FAULT_CODE_DRV';
    void cards.showFault(controller, { fault: 'FAULT_CODE_DRV', at: '2020-01-01T10:00:00Z' });
    await settle();
    assert.match(shown?.subtitle ?? '', /^60 · 2020-01-01 .* · 2 times on record/);
    void cards.showFault(controller, { fault: 'FAULT_CODE_DRV' });
    await settle();
    assert.match(shown?.subtitle ?? '', /active now, 2020-01-02/);
    void cards.showFault(controller, { fault: 'FAULT_CODE_BRK' });
    await settle();
    assert.match(shown?.subtitle ?? '', /before 2019-01-01 .*, before its last start/);
  });

  it('ends the search for the one before', async () => {
    const first = cards.showFault(controller, { fault: 'FAULT_CODE_DRV' });
    await settle();
    const { signal } = search!;
    void cards.showFault(controller, { fault: 'FAULT_CODE_BRK' });
    await first;
    await settle();
    assert.equal(signal?.aborted, true);
    assert.equal(shown?.title, 'BRK');
  });

  it('shows a crash, and its line as soon as that is known', async () => {
    await cards.showCrash(controller);
    assert.equal(shown, undefined);
    controller.crashDiag = DIAG;
    await cards.showCrash(controller);
    assert.match(JSON.stringify(shown), /Looking it up/);
    tellCrash();
    await settle();
    assert.match(JSON.stringify(shown), /a\.c:3/);
  });
});

describe('the hover over a fault', () => {
  it('tells what it means and when it last struck whom', () => {
    const struck = connectedController();
    struck.keep({
      thisBoot: [kept('DRV', '2020-01-02T10:00:00Z', false)],
      earlier: [kept('DRV', '2020-01-01T10:00:00Z'), kept('BRK', '2020-01-01T10:00:00Z')],
      crashes: [],
    });
    const active = connectedController();
    active.activeFault = 'FAULT_CODE_DRV';
    const lines = faultHoverLines('FAULT_CODE_DRV', [struck, active, connectedController()]);
    assert.equal(lines[0], 'DRV (fault 3)');
    assert.match(lines[1]!, /gate driver/);
    assert.match(lines[2]!, /^60: last before 2020-01-02 \d\d:\d\d \(2 times on record\)$/);
    assert.equal(lines[3], '60: active now');
    assert.equal(lines.length, 4);
    const [, , old] = faultHoverLines('FAULT_CODE_BRK', [struck]);
    assert.match(old!, /^60: last at 2020-01-01 \d\d:\d\d, before its last start \(1 time on record\)$/);
    assert.deepEqual(faultHoverLines('FAULT_CODE_NOT_ONE', [struck]), []);
    assert.equal(faultHoverLines('FAULT_CODE_NONE', [struck]).length, 2);
  });
});
