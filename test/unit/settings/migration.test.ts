import assert from 'node:assert/strict';
import {
  type ConfigurationKind,
  configurationSignatures,
} from '../../../src/protocol/messages/configuration';
import { releaseLayout } from '../../../src/protocol/settings/releaseLayouts';
import type { Enumerator, SettingsField, WireType } from '../../../src/protocol/settings/settingsField';
import { decodeSettings, encodeSettings } from '../../../src/protocol/settings/settingsLayout';
import { formatVersion, type Version } from '../../../src/protocol/version';
import type { Configuration } from '../../../src/settings/configuration';
import {
  choices,
  countFates,
  fatesText,
  formText,
  isStuck,
  migratedValues,
  planMigration,
  type SettingMigration,
} from '../../../src/settings/migration';
import { settingText } from '../../../src/settings/settingText';
import { defaultConfiguration } from '../../../src/simulator/defaultConfigurations';

const defaults = (kind: ConfigurationKind, version: Version): Configuration => {
  const layout = releaseLayout(kind, version)!;
  return { layout, values: decodeSettings(layout, defaultConfiguration(kind, version)!)! };
};

/** One setting with its value; layouts of few of them stand for firmware of other trees. */
type Made = readonly [field: SettingsField, value: number];
const number = (name: string, wire: WireType, value: number, scale = 1, unit?: string): Made => [
  { name, wire, scale, meaning: { kind: 'number' }, ...(unit === undefined ? {} : { unit }) },
  value,
];
const bool = (name: string, value: number): Made => [
  { name, wire: 'u8', scale: 1, meaning: { kind: 'bool' } },
  value,
];
const choice = (name: string, names: readonly string[], value: number): Made => {
  const enumerators: Enumerator[] = names.map((each, index) => ({ name: each, value: index }));
  return [
    { name, wire: 'u8', scale: 1, meaning: { kind: 'enumeration', name: `${name}_t`, enumerators } },
    value,
  ];
};
const made = (...settings: Made[]): Configuration => ({
  layout: { kind: 'mcconf', signature: 1, fields: settings.map(([field]) => field) },
  values: new Map(settings.map(([field, value]) => [field.name, value])),
});
const only = (before: Configuration, present: Configuration): SettingMigration => {
  const { settings } = planMigration(before, present);
  assert.equal(settings.length, 1);
  return settings[0]!;
};

describe('a migration between two releases', () => {
  for (const from of configurationSignatures) {
    for (const to of configurationSignatures) {
      it(`accounts for every setting: ${formatVersion(from)} to ${formatVersion(to)}`, () => {
        for (const kind of ['mcconf', 'appconf'] as const) {
          const before = defaults(kind, from);
          const present = defaults(kind, to);
          const plan = planMigration(before, present);
          const counts = countFates(plan);
          const names = new Set([...before.layout.fields, ...present.layout.fields].map(({ name }) => name));
          assert.deepEqual(new Set(plan.settings.map(({ name }) => name)), names);
          assert.equal(plan.settings.length, names.size);
          assert.equal(counts.kept + counts.changed + counts.new + counts.dropped, names.size);
          assert.equal(counts.kept + counts.changed + counts.new, present.layout.fields.length);
          assert.equal(counts.kept + counts.changed + counts.dropped, before.layout.fields.length);
          // Usual settings say the same to people there; what an older release lacks is said.
          for (const { name, value, before: old, present: now, remark } of plan.settings) {
            if (!old || !now) continue;
            if (old.field.meaning.kind === 'enumeration') {
              assert.ok(value !== undefined || remark!.endsWith('is not there any more'), name);
              continue;
            }
            assert.ok(value !== undefined, name);
            assert.equal(settingText(now.field, value), settingText(old.field, old.value), name);
          }
          // What is written is a blob of the new layout.
          const values = new Map([...present.values, ...migratedValues(plan)]);
          const blob = encodeSettings(present.layout, values);
          assert.deepEqual(decodeSettings(present.layout, blob), values);
          if (before.layout === present.layout) {
            assert.deepEqual(counts, { kept: names.size, changed: 0, new: 0, dropped: 0, stuck: 0 });
          }
        }
      });
    }
  }

  it('follows the app by its name, whose number is another app from 6.05 on', () => {
    for (const [app, carried] of [
      ['APP_PAS', 'APP_PAS'],
      ['APP_ADC_PAS', 'APP_ADC_PAS'],
      ['APP_UART', 'APP_UART'],
      ['APP_BALANCE', undefined],
    ] as const) {
      const before = defaults('appconf', { major: 6, minor: 2 });
      const present = defaults('appconf', { major: 6, minor: 5 });
      const at = before.layout.fields.find(({ name }) => name === 'app_to_use')!;
      assert.ok(at.meaning.kind === 'enumeration');
      const value = at.meaning.enumerators.find(({ name }) => name === app)!.value;
      const plan = planMigration(
        { ...before, values: new Map(before.values).set('app_to_use', value) },
        present,
      );
      const setting = plan.settings.find(({ name }) => name === 'app_to_use')!;
      assert.deepEqual([setting.fate, setting.forms], ['changed', ['enumeration']]);
      const text =
        setting.value === undefined ? undefined : settingText(setting.present!.field, setting.value);
      assert.equal(text, carried);
      if (carried === undefined) assert.match(setting.remark!, /APP_BALANCE is not there any more/);
      if (app === 'APP_PAS') assert.equal(setting.remark, 'was number 10, is 9');
    }
  });

  it('says what does not fit: voltages and temperatures have smaller forms from 6.05 on', () => {
    const before = defaults('mcconf', { major: 6, minor: 2 });
    const values = new Map(before.values)
      .set('l_temp_fet_start', 84.6)
      .set('l_temp_motor_start', -10)
      .set('l_max_vin', 5000);
    const plan = planMigration({ ...before, values }, defaults('mcconf', { major: 6, minor: 5 }));
    const of = (name: string) => plan.settings.find((each) => each.name === name)!;
    assert.deepEqual(
      [of('l_temp_fet_start').value, of('l_temp_fet_start').remark],
      [85, 'rounded from 84.6 to 85'],
    );
    assert.deepEqual(of('l_temp_fet_start').forms, ['type', 'scale']);
    assert.match(of('l_temp_motor_start').remark!, /^-10 °C does not fit: now it holds whole numbers from 0/);
    assert.match(
      of('l_max_vin').remark!,
      /^5000 V does not fit: now it holds -3276.8 to 3276.7 in steps of 0.1/,
    );
    assert.deepEqual(
      plan.settings.filter(isStuck).map(({ name }) => name),
      ['l_max_vin', 'l_temp_motor_start'],
    );
    assert.match(
      fatesText(plan),
      /^\d+ kept, \d+ changed, \d+ new, \d+ dropped, 2 of them not carried over$/,
    );
    assert.ok(!migratedValues(plan).has('l_max_vin'));
    assert.ok(migratedValues(plan).has('l_temp_fet_start'));
  });
});

describe('a setting on its way to another layout', () => {
  it('is new or dropped where only one side has it', () => {
    const plan = planMigration(made(number('a', 'u8', 1)), made(number('b', 'u8', 2)));
    assert.deepEqual(
      plan.settings.map(({ name, fate, value }) => [name, fate, value]),
      [
        ['b', 'new', undefined],
        ['a', 'dropped', undefined],
      ],
    );
    assert.equal(fatesText(plan), '1 new, 1 dropped');
  });

  it('keeps its value in another type or scale, rounded if need be', () => {
    const wider = only(made(number('a', 'u8', 7)), made(number('a', 'f32a', 0)));
    assert.deepEqual(
      [wider.fate, wider.forms, wider.value, wider.remark],
      ['changed', ['type'], 7, undefined],
    );
    const finer = only(made(number('a', 'f16', 1.5, 10)), made(number('a', 'f16', 0, 1000)));
    assert.deepEqual([finer.forms, finer.value], [['scale'], 1.5]);
    const coarser = only(made(number('a', 'f16', 1.234, 1000)), made(number('a', 'f16', 0, 10)));
    assert.deepEqual([coarser.value, coarser.remark], [1.2, 'rounded from 1.234 to 1.2']);
    const tooMuch = only(made(number('a', 'f16', 400, 10, 'V')), made(number('a', 'f16', 0, 100, 'V')));
    assert.equal(tooMuch.value, undefined);
    assert.equal(tooMuch.remark, '400 V does not fit: now it holds -327.68 to 327.67 in steps of 0.01');
    const asBool = only(made(number('a', 'u8', 1)), made(bool('a', 0)));
    assert.deepEqual([asBool.fate, asBool.forms, asBool.value], ['changed', ['type'], 1]);
    assert.equal(asBool.remark, undefined);
  });

  it('is an enumerator by name, or by what stands behind another beginning', () => {
    const shifted = only(made(choice('m', ['M_A', 'M_B', 'M_C'], 2)), made(choice('m', ['M_A', 'M_C'], 0)));
    assert.deepEqual([shifted.fate, shifted.value, shifted.remark], ['changed', 1, 'was number 2, is 1']);
    const renamed = only(
      made(choice('m', ['SRC_ONE', 'SRC_TWO'], 1)),
      made(choice('m', ['FOC_SRC_ONE', 'FOC_SRC_TWO'], 0)),
    );
    assert.deepEqual([renamed.value, renamed.remark], [1, 'was called SRC_TWO']);
    const gone = only(made(choice('m', ['M_A', 'M_B'], 1)), made(choice('m', ['M_A', 'M_C'], 0)));
    assert.deepEqual([gone.value, gone.remark], [undefined, 'M_B is not there any more']);
    const unknown = only(made(choice('m', ['M_A'], 9)), made(choice('m', ['M_A', 'M_B'], 0)));
    assert.deepEqual([unknown.value, unknown.remark], [undefined, 'what 9 means is not known']);
    const number_ = only(made(choice('m', ['M_A'], 0)), made(number('m', 'u8', 0)));
    assert.deepEqual([number_.forms, number_.value], [['type'], undefined]);
    assert.equal(number_.remark, 'm_t and u8 have nothing in common');
    assert.ok(isStuck(number_));
  });

  it('is a choice only where it would change something', () => {
    const before = made(number('same', 'u8', 1), number('other', 'u8', 2), number('stuck', 'u16', 999));
    const present = made(number('same', 'u8', 1), number('other', 'u8', 3), number('stuck', 'u8', 0));
    const plan = planMigration(before, present);
    assert.deepEqual(
      choices(plan).map(({ name }) => name),
      ['other'],
    );
    assert.deepEqual(
      [...migratedValues(plan)],
      [
        ['same', 1],
        ['other', 2],
      ],
    );
    assert.deepEqual([...migratedValues(plan, (name) => name === 'other')], [['other', 2]]);
  });

  it('has a form that people can read', () => {
    assert.equal(formText(number('a', 'f16', 0, 10)[0]), 'f16/10');
    assert.equal(formText(number('a', 'u32', 0)[0]), 'u32');
    assert.equal(formText(bool('a', 0)[0]), 'bool');
    assert.equal(formText(choice('a', ['A'], 0)[0]), 'a_t');
  });
});
