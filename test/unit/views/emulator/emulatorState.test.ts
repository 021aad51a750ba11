import assert from 'node:assert/strict';
import type { Controller } from '../../../../src/controllers/controller';
import type { EmulatedRun, EmulatedStatus } from '../../../../src/controllers/emulatedRun';
import { rangesOf } from '../../../../src/emulator/quantities';
import { knownInputs } from '../../../../src/emulator/boardInputTable';
import { emulatorState } from '../../../../src/views/emulator/emulatorState';
import { isToView } from '../../../../src/views/emulator/messages';
import { connectedController } from '../../../support/controllers';

describe('what the emulator view shows', () => {
  const runs = [{ id: '60.bin', title: '60' }];

  function shown(
    status: Partial<EmulatedStatus>,
    hardware?: string,
    controller?: Controller,
    isDamaged = false,
  ) {
    const inputs = hardware === undefined ? undefined : knownInputs(hardware);
    const bench = {
      inputs,
      ranges: inputs ? rangesOf(inputs) : [],
      driverFault: inputs?.driverFault && false,
      isDamaged,
      isPlugged: true,
      isPowered: true,
      isNormal: true,
      setPlaces: new Map([[1, 7]]),
      valueOf: () => 6,
    };
    const run = { bench, status: { state: 'running', plugged: true, ...status } } as unknown as EmulatedRun;
    const state = emulatorState(runs, {
      id: '60.bin',
      title: '60',
      run,
      controller,
      read: { voltage_V: 6.1 },
      channels: [3, 4],
    });
    assert.ok(isToView({ type: 'state', ...state }));
    return state;
  }

  it('is little while none runs', () => {
    const state = emulatorState([], undefined);
    assert.ok(isToView({ type: 'state', ...state }));
    assert.deepEqual([state.chosen, state.quantities, state.places], [undefined, [], []]);
  });

  it('is each input with its limits, and what the firmware reads there', () => {
    const [supply, fet] = shown({}, '60').quantities;
    assert.deepEqual(
      [supply!.label, supply!.value, supply!.lowest, supply!.highest, supply!.read],
      ['Supply voltage', 6, 8, 57, 6.1],
    );
    assert.deepEqual([fet!.lowest, fet!.read], [undefined, undefined]);
  });

  it('is a switch for the fault pin only where there is one', () => {
    const names = (hardware: string) => shown({}, hardware).switches.map(({ name }) => name);
    assert.deepEqual(names('60'), ['driverFault', 'damage', 'unplugged', 'off']);
    assert.deepEqual(names('100_250'), ['damage', 'unplugged', 'off']);
  });

  it('is the places of the converter, which is all there is of a board that nobody knows', () => {
    const state = shown({});
    assert.deepEqual([state.isKnown, state.quantities], [false, []]);
    assert.deepEqual(state.places, [
      { index: 0, channel: 3, value: null },
      { index: 1, channel: 4, value: 7 },
    ]);
  });

  it('is how it goes, in words', () => {
    const controller = connectedController();
    assert.deepEqual(
      [shown({}, '60').status, shown({}, '60').mood],
      ['Runs, but does not answer yet.', 'good'],
    );
    assert.equal(shown({}, '60', controller).status, 'Runs without a fault.');
    controller.activeFault = 'FAULT_CODE_UNDER_VOLTAGE';
    assert.deepEqual(
      [shown({}, '60', controller).status, shown({}, '60', controller).mood],
      ['Fault: UNDER VOLTAGE', 'fault'],
    );
    const damaged = shown({}, '60', undefined, true);
    assert.deepEqual([damaged.status, damaged.mood], ['Stopped: its program is damaged.', 'fault']);
    const off = shown({ state: 'off' }, '60', controller);
    assert.deepEqual([off.status, off.mood], ['Power off.', 'trouble']);
    assert.match(off.hint!, /Switch it on/);
  });
});
