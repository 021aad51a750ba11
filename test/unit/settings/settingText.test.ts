import assert from 'node:assert/strict';
import fc from 'fast-check';
import { configurationSignatures } from '../../../src/protocol/messages/configuration';
import { newestReleaseField, releaseLayout } from '../../../src/protocol/settings/releaseLayouts';
import { decodeSettings } from '../../../src/protocol/settings/settingsLayout';
import { compareConfigurations } from '../../../src/settings/settingsComparison';
import { readDocument, settingsDocument } from '../../../src/settings/settingsDocument';
import { readSetting, settingJson, settingText } from '../../../src/settings/settingText';
import { defaultConfiguration } from '../../../src/simulator/defaultConfigurations';

const field = (name: string) => newestReleaseField(name)!;
const layout = releaseLayout('mcconf', { major: 7, minor: 1 })!;
const configuration = {
  layout,
  values: decodeSettings(layout, defaultConfiguration('mcconf', { major: 7, minor: 1 })!)!,
};
const problem = (name: string, text: string): string => {
  const read = readSetting(field(name), text);
  assert.ok('problem' in read, `${name} = ${text}`);
  return read.problem;
};

describe('the text of a setting', () => {
  it('is a number, a bool, bits or a name', () => {
    assert.equal(settingText(field('l_current_max'), 60), '60');
    assert.equal(settingText(field('foc_motor_r'), Math.fround(0.015)), '0.015');
    assert.equal(settingText(field('foc_motor_r'), Math.fround(1 / 3)), '0.33333334');
    assert.equal(settingText(field('l_max_duty'), 0.95), '0.95');
    assert.equal(settingText(field('m_invert_direction'), 1), 'true');
    assert.equal(settingText(field('m_invert_direction'), 7), '7');
    assert.equal(settingText(field('l_additional_faults'), 5), '0b00000101');
    assert.equal(settingText(field('motor_type'), 2), 'MOTOR_TYPE_FOC');
    assert.equal(settingText(field('motor_type'), 77), '77');
  });

  it('is read back as the same value, whatever it is', () => {
    for (const version of configurationSignatures) {
      for (const kind of ['mcconf', 'appconf'] as const) {
        for (const each of releaseLayout(kind, version)!.fields) {
          const whole = each.wire !== 'f32a';
          const values = whole
            ? fc.integer({ min: each.wire === 'i8' ? -128 : 0, max: 127 }).map((n) => n / each.scale)
            : fc.float({ noNaN: true, noDefaultInfinity: true }).filter((n) => Math.abs(n) > 1e-37);
          fc.assert(
            fc.property(values, (value) => {
              assert.deepEqual(readSetting(each, settingText(each, value)), { value, rounded: false });
            }),
            { numRuns: 4 },
          );
        }
      }
    }
  });

  it('may have its unit behind it, and no other', () => {
    assert.deepEqual(readSetting(field('l_current_max'), ' 60 A '), { value: 60, rounded: false });
    assert.deepEqual(readSetting(field('l_current_max'), '60A'), { value: 60, rounded: false });
    assert.match(problem('l_current_max', '60 V'), /a number in A, not "60 V"/);
    assert.match(problem('foc_observer_gain', 'much'), /a number, not "much"/);
  });

  it('is refused when the field cannot hold it, with what it can', () => {
    assert.match(problem('l_temp_fet_start', '300'), /whole numbers from 0 to 255, not 300/);
    assert.match(problem('l_max_vin', '4000'), /-3276.8 to 3276.7 in steps of 0.1, not 4000/);
    assert.match(problem('l_current_max', '1e39'), /single precision/);
    assert.match(problem('motor_type', 'MOTOR_TYPE_GPD'), /one of MOTOR_TYPE_BLDC, MOTOR_TYPE_DC, /);
    assert.match(problem('m_invert_direction', 'yes'), /true or false/);
    assert.match(problem('l_additional_faults', '300'), /eight bits/);
    assert.match(problem('l_current_max', ' A'), /has no value/);
  });

  it('tells when a value lies between two that can be stored', () => {
    assert.deepEqual(readSetting(field('l_max_vin'), '8.123 V'), { value: 8.1, rounded: true });
    assert.deepEqual(readSetting(field('l_max_vin'), '8.10'), { value: 8.1, rounded: false });
    assert.deepEqual(readSetting(field('l_additional_faults'), '0b101'), { value: 5, rounded: false });
  });

  it('is a number, a bool or a name for scripts', () => {
    assert.equal(settingJson(field('l_current_max'), 60), 60);
    assert.equal(settingJson(field('m_invert_direction'), 0), false);
    assert.equal(settingJson(field('m_invert_direction'), 1), true);
    assert.equal(settingJson(field('motor_type'), 2), 'MOTOR_TYPE_FOC');
    assert.equal(settingJson(field('motor_type'), 77), 77);
    assert.equal(settingJson(field('l_additional_faults'), 5), 5);
  });
});

describe('a document of settings', () => {
  const text = settingsDocument(configuration);
  const line = (start: string): number => text.split('\n').findIndex((each) => each.startsWith(start));

  it('has a line for every setting, in order, in groups', () => {
    const names = text.match(/^[\w.[\]]+(?= =)/gm);
    assert.deepEqual(
      names,
      layout.fields.map(({ name }) => name),
    );
    assert.match(text, /^# motor configuration\n\npwm_mode = PWM_MODE_SYNCHRONOUS\n/);
    assert.match(text, /\n\nl_current_max = 60 A\n/);
    assert.match(text, /\nhall_table\[0\] = -1\n/);
    assert.doesNotMatch(text, /\n\n\n/);
  });

  it('is read back as it was', () => {
    const read = readDocument(text, layout);
    assert.deepEqual(read.remarks, []);
    assert.deepEqual(read.values, configuration.values);
    assert.equal(read.lines.get('l_current_max'), line('l_current_max'));
    const app = releaseLayout('appconf', { major: 5, minor: 3 })!;
    const blob = defaultConfiguration('appconf', { major: 5, minor: 3 })!;
    const values = decodeSettings(app, blob)!;
    assert.deepEqual(readDocument(settingsDocument({ layout: app, values }), app).values, values);
  });

  it('may have comments, gaps and other line ends', () => {
    const read = readDocument('  l_current_max=5 A # less\r\n\r\n   # l_current_min = 3\r\n', layout);
    assert.deepEqual([...read.values], [['l_current_max', 5]]);
    assert.deepEqual(read.remarks, []);
  });

  it('says on the line what is wrong with it', () => {
    const read = readDocument(
      ['l_current_max = many', 'nothing_known = 1', 'l_min_vin = 8.04', 'l_min_vin = 9', '  what'].join('\n'),
      layout,
    );
    assert.deepEqual([...read.values], [['l_min_vin', 8]]);
    assert.deepEqual(
      read.remarks.map(({ line: at, start, end, severity }) => [at, start, end, severity]),
      [
        [0, 16, 20, 'error'],
        [1, 0, 13, 'error'],
        [2, 12, 16, 'information'],
        [3, 0, 9, 'error'],
        [4, 0, 6, 'error'],
      ],
    );
    assert.deepEqual(
      read.remarks.map(({ message }) => message),
      [
        'l_current_max is a number in A, not "many"',
        'this firmware has no setting nothing_known',
        'is stored as 8 V',
        'l_min_vin stands here twice',
        'a setting a line, as l_current_max = 60 A',
      ],
    );
  });
});

describe('a comparison of settings', () => {
  it('tells what differs, across layouts too', () => {
    const values = new Map(configuration.values).set('l_current_max', 55);
    assert.deepEqual(compareConfigurations(configuration, configuration), []);
    assert.deepEqual(compareConfigurations(configuration, { layout, values }), [
      { name: 'l_current_max', before: '60 A', after: '55 A' },
    ]);
    const old = releaseLayout('mcconf', { major: 6, minor: 2 })!;
    const blob = defaultConfiguration('mcconf', { major: 6, minor: 2 })!;
    const differences = compareConfigurations(
      { layout: old, values: decodeSettings(old, blob)! },
      configuration,
    );
    const of = (name: string) => differences.find((each) => each.name === name);
    // A temperature in tenths is the same temperature in whole degrees.
    assert.equal(of('l_temp_fet_start'), undefined);
    assert.deepEqual(of('l_in_current_map_start'), { name: 'l_in_current_map_start', after: '0.9' });
    assert.deepEqual(of('foc_encoder_sin_offset'), undefined);
    assert.ok(differences.some(({ after }) => after === undefined));
  });
});
