import assert from 'node:assert/strict';
import type { BuildResult } from '../../../src/build/buildResult';
import type { WorkProgress } from '../../../src/views/progressWords';
import { boardStatus, controllerStatus, flashStatus } from '../../../src/views/statusWords';
import { connectedController, identity } from '../../support/controllers';

const board = { name: '60', hardwareName: '60' };
const built: BuildResult = {
  ok: true,
  board: '60',
  version: '7.01',
  memory: [{ region: 'flash2', used_B: 256 * 1024, size_B: 464 * 1024 }],
  diagnostics: [],
  duration_ms: 1,
  compiled: 0,
  warnings: [],
};

describe('the status item of the controller', () => {
  it('invites to connect', () => {
    assert.equal(controllerStatus([], undefined, undefined).text, '$(debug-disconnect) No controller');
  });

  it('names the selected one and what it runs', () => {
    const controller = connectedController();
    const words = controllerStatus([controller], controller, { kind: 'same-commit' });
    assert.equal(words.text, '$(circuit-board) 60 · 7.01');
    assert.deepEqual(words.tooltip, ['sim:60', 'same commit, another build']);
    assert.equal(words.background, undefined);
  });

  it('counts them when none is selected', () => {
    const two = [connectedController(), connectedController(identity(), 'sim:410')];
    assert.equal(controllerStatus(two, undefined, undefined).text, '$(circuit-board) 2 controllers');
  });

  it('is red while any of them has a fault', () => {
    const good = connectedController();
    const bad = connectedController(identity({}, { hardware: '410' }), 'sim:410');
    bad.activeFault = 'FAULT_CODE_DRV';
    const words = controllerStatus([good, bad], good, undefined);
    assert.equal(words.text, '$(error) 410: DRV');
    assert.equal(words.background, 'error');
  });

  it('warns when nothing answers', () => {
    const controller = connectedController();
    controller.state = 'silent';
    assert.equal(controllerStatus([controller], controller, undefined).background, 'warning');
  });
});

describe('the status item of board and build', () => {
  it('goes from no board to a build with its memory', () => {
    assert.equal(boardStatus(undefined, undefined, undefined).text, '$(tools) Select board');
    assert.equal(boardStatus(board, undefined, undefined).text, '$(tools) 60');
    const words = boardStatus(board, undefined, built);
    assert.equal(words.text, '$(tools) 60 $(check)');
    assert.match(words.tooltip.at(-1) ?? '', /^flash2 {2}256\.0 of 464\.0 KiB {2}55\.2 % {2}flash, program$/);
  });

  it('counts the files of a build that runs', () => {
    const running = { board: '60', progress: { done: 3, total: 12, file: 'main.c' } };
    assert.equal(boardStatus(board, running, undefined).text, '$(loading~spin) 60 3/12');
    assert.equal(
      boardStatus(board, { board: '60', progress: undefined }, undefined).text,
      '$(loading~spin) 60',
    );
    const unknown = { board: '60', progress: { done: 3, total: undefined, file: 'main.c' } };
    assert.equal(boardStatus(board, unknown, undefined).text, '$(loading~spin) 60 3');
  });

  it('counts what is wrong', () => {
    const place = { file: '/x.c', line: 1, message: 'm', source: 'gcc' } as const;
    const failed = { ...built, ok: false, diagnostics: [{ ...place, severity: 'error' as const }] };
    assert.equal(boardStatus(board, undefined, failed).text, '$(error) 60: 1 error');
    assert.equal(boardStatus(board, undefined, { ...failed, diagnostics: [] }).text, '$(error) 60');
    const warned = { ...built, diagnostics: [{ ...place, severity: 'warning' as const }] };
    assert.equal(boardStatus(board, undefined, warned).text, '$(tools) 60 $(warning)');
  });
});

describe('the status item of flashing', () => {
  const progress: WorkProgress = {
    fraction: 0.5,
    message: 'Uploading',
    cancellable: true,
  };

  it('shows progress, and warns as soon as the power has to stay on', () => {
    const early = flashStatus({ ...progress, bytesPerSecond: 30_400 }, undefined);
    assert.equal(early.text, '$(loading~spin) Uploading 50 % · 30 kB/s');
    const late = flashStatus(
      {
        fraction: 0.2,
        message: 'The bootloader is copying: keep the power on',
        cancellable: false,
      },
      undefined,
    );
    assert.equal(late.text, '$(warning) Keep the power on: The bootloader is copying 20 %');
    assert.equal(late.background, 'warning');
  });

  it('keeps how the last one ended', () => {
    assert.equal(flashStatus(undefined, undefined).text, '$(zap) Flash');
    assert.equal(flashStatus(undefined, 'updated').text, '$(pass) Flash');
    assert.match(flashStatus(undefined, 'not-taken').tooltip.join(), /not-taken/);
  });

  it('says why what was saved is held back', () => {
    const words = flashStatus(undefined, 'updated', 'the motor of 60 turns');
    assert.equal(words.text, '$(debug-pause) Held back: the motor of 60 turns');
    assert.equal(words.background, 'warning');
  });
});
