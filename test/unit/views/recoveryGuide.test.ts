import assert from 'node:assert/strict';
import { VescError } from '../../../src/base/errors';
import type { RecoveryResult } from '../../../src/recovery/recovery';
import { swdFraction } from '../../../src/views/progressWords';
import { answeringRow, recoveryNotice, SIGHTS } from '../../../src/views/recoveryGuide';
import { identity } from '../../support/controllers';

const RESULT: RecoveryResult = {
  verdict: 'updated',
  proof: 'read-back',
  after: identity(),
  via: 'ST-Link',
  stages: [],
  payload_B: 0,
  raw_B: 0,
  restored: [],
};

describe('the guide for a controller that does not answer', () => {
  it('sends only those to SWD at once that never answer again by themselves', () => {
    const way = (text: RegExp) => SIGHTS.find(({ label }) => text.test(label))!.way;
    assert.equal(way(/flashes fast/), 'swd');
    assert.equal(way(/eight times/), 'swd');
    for (const text of [/Dark/, /three to five/, /Green/, /Lit/, /no LEDs/])
      assert.equal(way(text), 'search');
  });

  it('tells what came of it, and the way on', () => {
    const good = recoveryNotice(RESULT, '60');
    assert.deepEqual([good.severity, good.actions], ['information', ['log']]);
    assert.match(good.text, /Proven by reading back every byte/);
    const bare = recoveryNotice({ ...RESULT, bootloader: 'none' }, '60');
    assert.deepEqual([bare.severity, bare.actions], ['warning', ['install-bootloader', 'log']]);
    assert.match(bare.text, /no bootloader/);
    const error = new VescError('swd-interrupted', { reason: 'the cable was pulled.' });
    const lost = recoveryNotice({ ...RESULT, verdict: 'lost', error }, '60');
    assert.deepEqual([lost.severity, lost.actions], ['error', ['recover', 'log']]);
  });

  it('shows who answers as one line that nothing can break', () => {
    const version = { ...identity(), major: 6, minor: 2, hardware: '$(bug)\n60' };
    const row = answeringRow({
      target: { address: { kind: 'simulated', name: 'x' }, canId: 7 },
      version: version as never,
    });
    assert.doesNotMatch(row.label.slice('$(plug)'.length), /\$\(|\n/);
    assert.match(row.description, /sim:x, CAN id 7/);
  });

  it('moves its bar on from the erase to the proof', () => {
    const stages = ['erase', 'upload', 'verify', 'commit', 'reconnect', 'prove', 'restore'] as const;
    const at = (stage: (typeof stages)[number] | 'snapshot', fraction: number, cancellable: boolean) =>
      swdFraction({ stage, fraction, cancellable, message: '' });
    const fractions = stages.flatMap((stage) => [at(stage, 0, false), at(stage, 1, false)]);
    assert.deepEqual(
      fractions,
      [...fractions].sort((a, b) => a - b),
    );
    assert.deepEqual([fractions[0], fractions.at(-1)], [0, 1]);
    assert.equal(at('snapshot', 1, true), 1);
    assert.equal(at('snapshot', 0, false), 1);
  });
});
