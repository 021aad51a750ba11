import assert from 'node:assert/strict';
import {
  type ConfigurationKind,
  configurationSignatures,
} from '../../../../src/protocol/messages/configuration';
import { layoutBySignature, releaseLayout } from '../../../../src/protocol/settings/releaseLayouts';
import { encodeSettings, type SettingsLayout } from '../../../../src/protocol/settings/settingsLayout';
import { formatVersion } from '../../../../src/protocol/version';
import data from '../../../data/vesc-config-layouts.json';

/** A layout of the facts: `[name, type]` or `[name, type, scale]` a field. */
interface FactsLayout {
  readonly signature: number;
  readonly bytes: number;
  readonly fields: readonly (readonly (string | number)[])[];
}
const facts = data.layouts as unknown as Record<string, Record<ConfigurationKind, FactsLayout>>;

const asFacts = ({ fields }: SettingsLayout): (string | number)[][] =>
  fields.map(({ name, wire, scale }) =>
    // The facts do not tell a signed byte from an unsigned one.
    wire === 'f16' ? [name, wire, scale] : [name, wire === 'i8' ? 'u8' : wire],
  );

const enumerators = (kind: ConfigurationKind, major: number, minor: number, name: string): string[] => {
  const meaning = releaseLayout(kind, { major, minor })?.fields.find((field) => field.name === name)?.meaning;
  assert.ok(meaning?.kind === 'enumeration');
  return meaning.enumerators.map((each) => `${each.value} ${each.name}`);
};

describe('the layouts of the releases', () => {
  for (const version of configurationSignatures) {
    const release = formatVersion(version);
    for (const kind of ['mcconf', 'appconf'] as const) {
      it(`are those of the facts: ${kind} of ${release}`, () => {
        const layout = releaseLayout(kind, version)!;
        const expected = facts[release]![kind];
        assert.equal(layout.kind, kind);
        assert.equal(layout.signature, expected.signature);
        assert.deepEqual(asFacts(layout), expected.fields);
        assert.equal(encodeSettings(layout, new Map()).length, expected.bytes);
        assert.equal(new Set(layout.fields.map(({ name }) => name)).size, layout.fields.length);
      });
    }
  }

  it('are found by signature, and read once', () => {
    for (const { mcconf, appconf } of configurationSignatures) {
      assert.equal(layoutBySignature(mcconf.signature)?.signature, mcconf.signature);
      assert.equal(layoutBySignature(mcconf.signature)?.kind, 'mcconf');
      assert.equal(layoutBySignature(appconf.signature)?.kind, 'appconf');
    }
    const newest = configurationSignatures.at(-1)!;
    assert.equal(layoutBySignature(newest.mcconf.signature), releaseLayout('mcconf', newest));
    assert.equal(layoutBySignature(1), undefined);
    assert.equal(releaseLayout('mcconf', { major: 6, minor: 1 }), undefined);
    // A test version has the number of the release it leads to.
    assert.ok(releaseLayout('mcconf', { ...newest, test: 3 } as typeof newest));
  });

  it('name what numbers mean in each release', () => {
    const before = enumerators('appconf', 6, 2, 'app_to_use');
    const after = enumerators('appconf', 6, 5, 'app_to_use');
    assert.deepEqual(before.slice(8), ['8 APP_CUSTOM', '9 APP_BALANCE', '10 APP_PAS', '11 APP_ADC_PAS']);
    assert.deepEqual(after.slice(8), ['8 APP_CUSTOM', '9 APP_PAS', '10 APP_ADC_PAS']);
    assert.equal(enumerators('appconf', 7, 1, 'can_baud_rate').at(-1), '255 CAN_BAUD_INVALID');
    assert.equal(enumerators('mcconf', 6, 5, 'foc_current_sample_mode').length, 3);
    assert.equal(enumerators('mcconf', 6, 6, 'foc_current_sample_mode').length, 4);
    for (const version of configurationSignatures) {
      for (const kind of ['mcconf', 'appconf'] as const) {
        for (const { name, meaning } of releaseLayout(kind, version)!.fields) {
          if (meaning.kind !== 'enumeration') continue;
          assert.ok(meaning.enumerators.length > 0, name);
          assert.ok(
            meaning.enumerators.every((each) => /^\w+$/.test(each.name) && each.value < 256),
            name,
          );
        }
      }
    }
  });

  it('know units, bools and flags', () => {
    const field = (name: string) =>
      releaseLayout('mcconf', { major: 7, minor: 1 })!.fields.find((each) => each.name === name)!;
    assert.deepEqual(field('l_current_max'), {
      name: 'l_current_max',
      wire: 'f32a',
      scale: 1,
      meaning: { kind: 'number' },
      unit: 'A',
    });
    assert.equal(field('foc_motor_r').unit, 'Ω');
    assert.equal(field('l_max_duty').unit, undefined);
    assert.deepEqual(field('m_invert_direction').meaning, { kind: 'bool' });
    assert.deepEqual(field('l_additional_faults').meaning, { kind: 'flags' });
    assert.equal(field('hall_table[0]').wire, 'i8');
    assert.equal(field('foc_hall_table[0]').wire, 'u8');
  });
});
