import assert from 'node:assert/strict';
import type { SourcePlace } from '../../../src/build/faultSources';
import type { CrashDiag } from '../../../src/protocol/crashDiag';
import type { FaultRecord } from '../../../src/protocol/faultListing';
import { type Card, placesOf } from '../../../src/views/card';
import { cardBody, cardPage, readCardMessage } from '../../../src/views/cardHtml';
import { crashCard } from '../../../src/views/crashCard';
import { crashPlaces } from '../../../src/views/crashWords';
import { faultCard, type FaultCardInput } from '../../../src/views/faultCard';
import { describeReset } from '../../../src/views/resetWords';
import { fileNow } from '../../../src/views/sourceLinks';

const RECORD: FaultRecord = {
  fault: 'FAULT_CODE_DRV',
  motor: 2,
  current_A: 132.5,
  currentFiltered_A: 60,
  voltage_V: 48,
  duty: -0.95,
  rpm: 1200,
  tacho: 7,
  cyclesRunning: 300,
  timDuty: 2100,
  timValSamp: 4150,
  timCurrentSamp: 4100,
  timTop: 4200,
  commStep: 3,
  temperature_C: 91,
  driverFaults: { chip: 'DRV8301', flags: ['FETLC_OC', 'NEW'] },
  info: '<b>phase</b> A',
};
const place = (kind: SourcePlace['kind'], line: number): SourcePlace => ({
  what: 'FAULT_CODE_DRV',
  kind,
  line,
  column: 2,
  text: 'mc_interface_fault_stop(FAULT_CODE_DRV);',
  function: 'check',
  file: '/fw/motor/mc.c',
});
const INPUT: FaultCardInput = {
  controller: '60',
  fault: { fault: 'FAULT_CODE_DRV', at: '2020-01-02T10:00:00Z', seen: true, record: RECORD },
  isActive: false,
  isEarlier: false,
  times: 2,
  root: '/fw',
  places: [place('raises', 12), place('tests', 40)],
};

function section(card: Card, heading: string | undefined): Card['sections'][number] {
  const found = card.sections.find((each) => each.heading === heading);
  assert.ok(found, `${heading} is not among ${card.sections.map((each) => each.heading).join(', ')}`);
  return found;
}
function words(card: Card, heading: string | undefined): string[] {
  const found = section(card, heading);
  switch (found.kind) {
    case 'text':
      return [...found.lines];
    case 'list':
      return [...found.items];
    case 'table':
      return found.rows.map(({ name, value }) => `${name}: ${value}`);
    case 'places':
      return found.places.length === 0
        ? [found.empty]
        : found.places.map(({ label, role }) => `${label} ${role}`);
  }
}

describe('the card of a fault', () => {
  it('tells what it means, how it was, what stands out and where it is raised', () => {
    const card = faultCard(INPUT);
    assert.equal(card.title, 'DRV');
    assert.match(card.subtitle, /^60 · 2020-01-02 \d\d:\d\d · 2 times on record · motor 2$/);
    assert.match(words(card, undefined)[0]!, /gate driver signalled/);
    assert.equal(words(card, undefined)[1], 'The firmware says: <b>phase</b> A');
    assert.deepEqual(words(card, 'Where this firmware raises it'), ['motor/mc.c:12 raises it']);
    assert.deepEqual(words(card, 'Where it asks for it'), ['motor/mc.c:40 asks for it']);
    assert.deepEqual(words(card, 'When it struck').slice(0, 3), [
      'Current: 132.5 A',
      'Current, filtered: 60.0 A',
      'Input voltage: 48.00 V',
    ]);
    assert.equal(words(card, 'What stands out').length, 4);
    assert.deepEqual(words(card, 'What the gate driver DRV8301 reports'), [
      'FETLC_OC: too much current through the lower MOSFET of phase C',
      'NEW',
    ]);
    assert.equal(words(card, 'Timing')[0], 'Timer: on for: 2100 of 4200 counts');
    assert.ok(words(card, 'Likely causes').length > 1);
  });

  it('says what is not known', () => {
    const { record: _, ...bare } = INPUT.fault;
    const looking = faultCard({ ...INPUT, fault: bare, places: undefined, isActive: true, isEarlier: true });
    assert.match(looking.subtitle, /active now, 2020-01-02 .*, before its last start/);
    assert.equal(looking.severity, 'error');
    assert.deepEqual(words(looking, 'Where this firmware raises it'), ['Looking through the sources …']);
    assert.match(words(looking, 'When it struck')[0]!, /has not listed it/);
    const foreign = { fault: 'FAULT_CODE_NEW', at: '', seen: false };
    const none = faultCard({ ...INPUT, fault: foreign, root: undefined, times: 1 });
    assert.equal(none.subtitle, '60 · since its start');
    assert.deepEqual(words(none, 'Where this firmware raises it'), [
      'No firmware tree is open in this window.',
    ]);
    assert.match(words(none, undefined)[0]!, /does not know/);
    const nowhere = faultCard({ ...INPUT, places: [] });
    assert.deepEqual(words(nowhere, 'Where this firmware raises it'), ['Nothing in this tree raises it.']);
    const calm = { ...RECORD, driverFaults: { chip: 'DRV8301', flags: [] }, gateDriverVoltage_V: 12.1 };
    const reset = faultCard({ ...INPUT, fault: { ...INPUT.fault, record: calm } });
    assert.match(words(reset, 'What the gate driver DRV8301 reports')[0]!, /Nothing any more/);
    assert.ok(words(reset, 'When it struck').includes('Gate driver voltage: 12.10 V'));
  });

  it('says which reset a watchdog fault speaks of', () => {
    const fault = { fault: 'FAULT_CODE_BOOTING_FROM_WATCHDOG_RESET', at: '', seen: false };
    const card = faultCard({ ...INPUT, fault, resetFlags: ['PIN', 'IWDG'] });
    assert.match(words(card, undefined)[1]!, /independent watchdog/);
    // Of an earlier boot the flags of this one say nothing.
    assert.equal(
      words(faultCard({ ...INPUT, fault, resetFlags: ['PIN'], isEarlier: true }), undefined).length,
      1,
    );
  });

  it('draws numbers that did not arrive as a dash, and its pictures within their scale', () => {
    const record = { ...RECORD, current_A: NaN, voltage_V: 1e9, timTop: NaN };
    const card = faultCard({ ...INPUT, fault: { ...INPUT.fault, record } });
    assert.equal(words(card, 'When it struck')[0], 'Current: – A');
    const html = cardBody(card);
    for (const [, x, width] of html.matchAll(/class="bar[^"]*" x="(-?\d+|NaN)" y="1" width="(-?\d+|NaN)"/g)) {
      assert.ok(Number(x) >= 0 && Number(width) >= 2 && Number(x) + Number(width) <= 202, `${x} ${width}`);
    }
  });
});

const DIAG: CrashDiag = {
  bootNumber: 4,
  uptime_s: 9,
  resetFlags: ['PIN', 'SFT'],
  briefPowerLoss: true,
  crashedBoots: 2,
  supplyDips: { count: 1, lastUptime_s: 30 },
  crash: {
    kind: 'registers',
    bootsAgo: 1,
    registers: { pc: 0x0800_c24a, lr: 0x0800_c101, psr: 0x6100_0000, cfsr: 0x8600, bfar: 0x10 },
  },
};
const PLACES = {
  pc: {
    address: 0x0800_c24a,
    function: 'inner',
    file: 'motor/mc.c',
    line: 49,
    offset_B: 4,
    inlinedInto: [{ function: 'outer', file: '/old/motor/mc.c', line: 57 }],
  },
  lr: { address: 0x0800_c101, function: 'main', file: '/lib/main.c', line: 3, offset_B: 1, inlinedInto: [] },
  culprit: 'pc',
} as const;
const BUILD = {
  buildId: 'vb1-x',
  board: '60',
  tree: '/old',
  commit: '0123456789abcdef',
  changedFiles: ['a.c'],
  makeArguments: [],
  compiler: { path: '/gcc', version: '12' },
  date: '2026-01-02T03:04:05Z',
  elf: '/data/60.elf',
};
const INPUT_CRASH = {
  controller: '60',
  diag: DIAG,
  report: { elf: '/data/60.elf', build: BUILD, places: PLACES, halts: [] },
  root: '/fw',
};

describe('the card of a crash', () => {
  it('leads to the line first, in the tree that is open, and says what the processor says', () => {
    const card = crashCard(INPUT_CRASH);
    assert.equal(card.title, 'Crash: access to where no memory is');
    assert.equal(card.subtitle, '60 · in the boot before this one');
    assert.deepEqual(words(card, 'Where it crashed'), [
      'motor/mc.c:49 crashed here',
      'motor/mc.c:57 inlined here',
      '/lib/main.c:3 called from here',
    ]);
    assert.equal(crashPlaces(INPUT_CRASH.report, INPUT_CRASH.root)[0]?.file, '/fw/motor/mc.c');
    const said = words(card, 'What the processor says');
    assert.match(said[0]!, /^PRECISERR: /);
    assert.ok(said.includes('The address was 0x00000010.'));
    assert.ok(said.includes('It happened in a thread.'));
    assert.match(said.at(-1)!, /some instructions before/);
    assert.equal(words(card, 'Registers')[6], 'pc: 0x0800c24a');
    assert.equal(words(card, 'Registers')[0], 'r0: –');
    assert.equal(words(card, 'Last start').length, 4);
    const built = card.sections.find((each) => each.kind === 'text')!;
    assert.deepEqual(built.lines, [
      'Looked up in the ELF of 60 from commit 01234567 with 1 changed file, built on 2026-01-02 03:04.',
    ]);
  });

  it('leads to the caller first when the processor was led astray', () => {
    const { lr } = PLACES;
    const places = { pc: { address: 0, inlinedInto: [] }, lr, culprit: 'lr' } as const;
    const crash = { ...INPUT_CRASH, report: { ...INPUT_CRASH.report, places } };
    assert.equal(crashPlaces(crash.report, crash.root)[0]?.file, '/lib/main.c');
  });

  it('says why there is no line', () => {
    const none = { places: {}, halts: [] };
    const empty = (report: typeof INPUT_CRASH.report | typeof none | undefined): string =>
      words(crashCard({ ...INPUT_CRASH, report }), 'Where it crashed')[0]!;
    assert.equal(empty(undefined), 'Looking it up …');
    assert.match(empty(none), /No ELF is kept/);
    assert.match(empty({ ...INPUT_CRASH.report, places: {} }), /Neither PC nor LR/);
    const { file: _f, line: _l, ...pc } = { ...PLACES.pc, inlinedInto: [] };
    const report = { elf: '/e', places: { pc, culprit: 'pc' as const }, halts: [] };
    const card = crashCard({ ...INPUT_CRASH, report });
    assert.match(words(card, 'Where it crashed')[0]!, /arm-none-eabi-addr2line/);
    assert.deepEqual(words(card, undefined), ['Crashed in inner, 4 B behind its start.']);
  });

  it('warns that the firmware may be another one by now', () => {
    const crash = { ...DIAG.crash!, bootsAgo: 3 };
    const card = crashCard({ ...INPUT_CRASH, diag: { ...DIAG, crash } });
    assert.equal(card.subtitle, '60 · 3 boots ago');
    const built = card.sections.find((each) => each.kind === 'text')!;
    assert.match(built.lines[1]!, /another firmware/);
  });

  it('leads from a halt to the lines that give its reason', () => {
    const diag = { ...DIAG, crash: { kind: 'halt', bootsAgo: 1, reason: 'stack overflow' } as const };
    const halts = [{ ...place('halts', 5), what: 'stack overflow' }];
    const card = crashCard({ ...INPUT_CRASH, diag, report: { places: {}, halts } });
    assert.equal(card.title, 'Halt: stack overflow');
    assert.deepEqual(words(card, 'Where it halts'), ['motor/mc.c:5 halts']);
    const nowhere = crashCard({ ...INPUT_CRASH, diag, report: { places: {}, halts: [] } });
    assert.match(words(nowhere, 'Where it halts')[0]!, /Nothing in this tree/);
    const lost = { kind: 'halt', bootsAgo: 1, badReasonAddress: 16 } as const;
    const unknown = crashCard({
      ...INPUT_CRASH,
      diag: { ...DIAG, crash: lost },
      report: { places: {}, halts: [] },
      root: undefined,
    });
    assert.match(words(unknown, undefined)[0]!, /lost \(it should be at 0x00000010\)/);
    assert.match(words(unknown, 'Where it halts')[0]!, /No firmware tree/);
  });

  it('shows a reset by the watchdog, and that there was nothing', () => {
    const { crash: _, ...start } = DIAG;
    const bitten = crashCard({ ...INPUT_CRASH, diag: { ...start, resetFlags: ['PIN', 'IWDG'] } });
    assert.deepEqual([bitten.title, bitten.severity], ['Reset by the watchdog', 'error']);
    const calm = crashCard({ ...INPUT_CRASH, diag: start });
    assert.deepEqual([calm.title, calm.severity], ['No crash is recorded', 'information']);
  });

  it('knows every reset in words', () => {
    const words = (['IWDG', 'WWDG', 'LPWR', 'SFT', 'POR', 'BOR', 'PIN'] as const).map((flag) =>
      describeReset([flag]),
    );
    assert.equal(new Set([...words, describeReset([])]).size, 8);
  });

  it('finds a file of the build in the tree that is open now', () => {
    assert.equal(fileNow('motor/mc.c', '/old', '/fw'), '/fw/motor/mc.c');
    assert.equal(fileNow('/lib/x.c', '/old', '/fw'), '/lib/x.c');
    assert.equal(fileNow('motor/mc.c', '/old', undefined), '/old/motor/mc.c');
    assert.equal(fileNow('motor/mc.c', undefined, '/fw'), 'motor/mc.c');
  });
});

describe('the page of a card', () => {
  it('takes nothing of a card for markup', () => {
    const evil = '<img src=x onerror="alert(1)">\'&';
    const card: Card = {
      title: evil,
      subtitle: evil,
      severity: 'error',
      sections: [
        { kind: 'text', heading: evil, lines: [evil] },
        { kind: 'list', heading: evil, items: [evil] },
        {
          kind: 'table',
          heading: evil,
          rows: [
            {
              name: evil,
              value: evil,
              gauge: { min: 0, max: 1, from: 0, to: 1, marks: [{ at: 1, title: evil }] },
            },
          ],
        },
        {
          kind: 'places',
          heading: evil,
          places: [{ file: evil, line: 1, label: evil, role: evil, function: evil, text: evil }],
          empty: evil,
        },
        { kind: 'places', heading: evil, places: [], empty: evil },
      ],
    };
    const page = cardPage(card, { cspSource: 'https://x', styleUri: 'a.css', scriptUri: 'a.js' });
    assert.doesNotMatch(page, /<img|onerror="|alert\(1\)"/);
    assert.match(page, /default-src &#39;none&#39;; style-src https:\/\/x; script-src https:\/\/x;/);
    assert.doesNotMatch(page, /style="|unsafe|<script>/);
  });

  it('counts its links as the card counts its places', () => {
    const card = faultCard(INPUT);
    const links = [...cardBody(card).matchAll(/data-place="(\d+)" aria-label="Go to ([^,]+),/g)];
    assert.deepEqual(
      links.map(([, index, label]) => [Number(index), label]),
      placesOf(card).map(({ label }, index) => [index, label]),
    );
  });

  it('may ask for a place, and for nothing else', () => {
    assert.deepEqual(readCardMessage({ type: 'open', place: 2 }), { place: 2 });
    for (const wrong of [
      null,
      7,
      {},
      { type: 'open' },
      { type: 'open', place: -1 },
      { type: 'x', place: 1 },
    ]) {
      assert.equal(readCardMessage(wrong), undefined);
    }
    assert.equal(readCardMessage({ type: 'open', place: 1.5 }), undefined);
  });
});
