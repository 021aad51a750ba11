import assert from 'node:assert/strict';
import * as configuration from '../../../../src/protocol/messages/configuration';
import { formatVersion } from '../../../../src/protocol/version';
import vectors from '../../../data/vesc-vectors.json';
import { bytes, exchange, refuses } from './exchange';

const blob = bytes('93074 10d 0102');

describe('configurations', () => {
  it('are read with their signature', () => {
    exchange(configuration.getConfiguration('mcconf'), '0e', '0e 9307410d 0102', blob);
    exchange(configuration.getConfiguration('appconf'), '11', '11 9307410d 0102', blob);
    exchange(configuration.getDefaultConfiguration('mcconf'), '0f', '0f 9307410d 0102', blob);
    exchange(configuration.getDefaultConfiguration('appconf'), '12', '12 9307410d 0102', blob);
    refuses(configuration.getConfiguration('mcconf'), '0e', '0e 930741', '0f 9307410d');
    assert.equal(configuration.configurationSignature(blob), 2466726157);
  });

  it('are written and acknowledged', () => {
    exchange(configuration.setConfiguration('mcconf', blob), '0d 9307410d 0102', '0d', true);
    exchange(configuration.setConfiguration('appconf', blob), '10 9307410d 0102', '10', true);
    exchange(configuration.setAppconfNoStore(blob), '95 9307410d 0102', '95', true);
    refuses(configuration.setConfiguration('mcconf', blob), '10', '15');
  });

  it('have the signatures and sizes of the firmware', () => {
    assert.deepEqual(
      configuration.configurationSignatures.map(({ mcconf, appconf, ...version }) => ({
        fw: formatVersion(version),
        mcconf: mcconf.signature,
        mcconf_len: mcconf.size_B,
        appconf: appconf.signature,
        appconf_len: appconf.size_B,
      })),
      vectors.config_signatures,
    );
  });
});

describe('custom configurations', () => {
  it('are described in pieces', () => {
    const chunk = { index: 0, total: 1000, offset: 400, data: bytes('aabb') };
    const request = configuration.getCustomConfigXml(0, 400, 400);
    exchange(request, '5c 00 00000190 00000190', '5c 00 000003e8 00000190 aabb', chunk);
    refuses(request, '5c 01 000003e8 00000190 aabb', '5c 00 000003e8 00000000 aabb', '5c 00 000003e8');
  });

  it('are read and written by index', () => {
    exchange(configuration.getCustomConfig(1), '5d 01', '5d 01 9307410d 0102', blob);
    exchange(configuration.getDefaultCustomConfig(1), '5e 01', '5e 01 9307410d 0102', blob);
    refuses(configuration.getCustomConfig(1), '5d 00 9307410d 0102', '5d 01 9307', '5d');
    exchange(configuration.setCustomConfig(1, blob), '5f 01 9307410d 0102', '5f', true);
  });
});
