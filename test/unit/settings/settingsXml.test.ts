import assert from 'node:assert/strict';
import { configurationSignatures } from '../../../src/protocol/messages/configuration';
import { releaseLayout } from '../../../src/protocol/settings/releaseLayouts';
import { decodeSettings } from '../../../src/protocol/settings/settingsLayout';
import { formatVersion } from '../../../src/protocol/version';
import { readSettingsXml, settingsXml, xmlKind } from '../../../src/settings/settingsXml';
import { defaultConfiguration } from '../../../src/simulator/defaultConfigurations';

const version = { major: 7, minor: 1 };
const layout = releaseLayout('appconf', version)!;

describe('an XML file of VESC Tool', () => {
  for (const release of configurationSignatures) {
    it(`brings the settings of ${formatVersion(release)} there and back`, () => {
      for (const kind of ['mcconf', 'appconf'] as const) {
        const of = releaseLayout(kind, release)!;
        const values = decodeSettings(of, defaultConfiguration(kind, release)!)!;
        const text = settingsXml({ layout: of, values });
        assert.equal(xmlKind(text), kind);
        assert.deepEqual(readSettingsXml(text, of), { values, problems: [], unknown: [] });
      }
    });
  }

  it('has an element a setting, enumerators and bools by number, indices behind underscores', () => {
    const mcconf = releaseLayout('mcconf', version)!;
    const values = decodeSettings(mcconf, defaultConfiguration('mcconf', version)!)!;
    const text = settingsXml({ layout: mcconf, values });
    assert.match(
      text,
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<MCConfiguration>\n {4}<pwm_mode>1<\/pwm_mode>\n/,
    );
    assert.match(text, /<hall_table__0>-1<\/hall_table__0>/);
    assert.match(text, /<bms.type>1<\/bms.type>/);
    assert.match(text, /<\/MCConfiguration>\n$/);
  });

  it('may have elements that are none of ours, and numbers as VESC Tool writes them', () => {
    const text = `<?xml version="1.0" encoding="UTF-8"?>
<!-- saved <MCConfiguration> -->
<APPConfiguration>
    <ConfigVersion>2</ConfigVersion>
    <controller_id>17</controller_id>
    <app_nrf_conf.address__0>-58</app_nrf_conf.address__0>
    <app_ppm_conf.pid_max_erpm>1.5e+04</app_ppm_conf.pid_max_erpm>
    <app_balance_conf.kp>0.5</app_balance_conf.kp>
    <timeout_msec>soon</timeout_msec>
</APPConfiguration>`;
    assert.equal(xmlKind(text), 'appconf');
    const read = readSettingsXml(text, layout);
    assert.deepEqual(
      [...read.values],
      [
        ['controller_id', 17],
        ['app_nrf_conf.address[0]', 198],
        ['app_ppm_conf.pid_max_erpm', 15000],
      ],
    );
    assert.deepEqual(read.unknown, ['app_balance_conf.kp']);
    assert.deepEqual(read.problems, ['timeout_msec is a number in ms, not "soon"']);
  });

  it('is one by its root element', () => {
    assert.equal(xmlKind('<MCConfiguration></MCConfiguration>'), 'mcconf');
    for (const other of ['', '{}', '<html></html>', '<ConfigParams>'])
      assert.equal(xmlKind(other), undefined);
  });
});
