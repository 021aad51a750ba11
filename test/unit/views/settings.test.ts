import assert from 'node:assert/strict';
import { readSettings } from '../../../src/views/settings';

describe('settings', () => {
  it('reads what is set', () => {
    const values: Record<string, unknown> = {
      board: ' 60 ',
      jobs: 3.7,
      makeArguments: ['USE_LISPBM=0'],
      simulatedSpeed: 0,
    };
    const settings = readSettings({ get: (name) => values[name] });
    assert.equal(settings.board, '60');
    assert.equal(settings.jobs, 3);
    assert.deepEqual(settings.makeArguments, ['USE_LISPBM=0']);
    assert.equal(settings.simulatedSpeed, 0);
  });

  it('takes what was mistyped for not set', () => {
    const values: Record<string, unknown> = {
      board: 60,
      jobs: -1,
      makeArguments: 'x',
      baudRate: '9600',
      reconnect: 'no',
    };
    const settings = readSettings({ get: (name) => values[name] });
    assert.deepEqual(settings, readSettings({ get: () => undefined }));
  });

  it('drops what is no text from a list', () => {
    assert.deepEqual(readSettings({ get: () => ['A=1', 2] }).makeArguments, ['A=1']);
  });
});
