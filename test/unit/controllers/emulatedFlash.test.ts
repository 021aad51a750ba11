import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scaledClock, systemClock } from '../../../src/base/clock';
import { EEPROM_OFFSET } from '../../../src/image/flashMap';
import { probeImage } from '../../support/emulator';
import { EmulatorLab } from '../../support/emulatorLab';

describe('emulated controllers with a folder for their flash', () => {
  const lab = new EmulatorLab({ flashFolder: (folder) => join(folder, 'flash') });
  const kept = join(lab.folder, 'flash', 'probe.flash');

  it('go on with their settings after they were stopped, and forget them when they are told to', async () => {
    const { controller, bench } = await lab.controllers.start(lab.image);
    controller.flash.change(EEPROM_OFFSET, Uint8Array.of(1, 2, 3));
    bench.damageFlash(true);
    await lab.controllers.stop(lab.image);
    assert.deepEqual([...readFileSync(kept).subarray(EEPROM_OFFSET, EEPROM_OFFSET + 3)], [1, 2, 3]);
    // What was damaged on purpose is whole again.
    assert.deepEqual(
      readFileSync(kept).subarray(0xc000, 0x7_fff0),
      Buffer.from(probeImage()).subarray(0xc000, 0x7_fff0),
    );
    const again = await lab.controllers.start(lab.image);
    assert.equal(again.controller.flash.content[EEPROM_OFFSET], 1);
    await lab.controllers.startErased(lab.image);
    assert.equal(again.controller.flash.content[EEPROM_OFFSET], 0xff);
  });

  it('have kept what was stored last when the editor goes, though it throws them away meanwhile', async () => {
    const { controller } = await lab.controllers.start(lab.image);
    controller.flash.change(EEPROM_OFFSET, Uint8Array.of(4, 5, 6));
    const stopping = lab.controllers.stopAll();
    lab.controllers.dispose();
    await stopping;
    assert.deepEqual([...readFileSync(kept).subarray(EEPROM_OFFSET, EEPROM_OFFSET + 3)], [4, 5, 6]);
  });

  it('share no file, and start anew where it is none of theirs', async () => {
    writeFileSync(kept, 'rubbish');
    const first = await lab.controllers.start(lab.image);
    const second = await lab.controllers.start(`${lab.image}?speed=2`);
    assert.deepEqual([first.kept, second.kept], [kept, undefined]);
  });

  it('are the same controller with another image of their board', async () => {
    const { controller } = await lab.controllers.start(lab.image);
    await lab.controllers.stop(lab.image);
    const another = join(lab.folder, 'another.bin');
    writeFileSync(another, probeImage());
    assert.equal((await lab.controllers.start(another)).controller.can.uuid, controller.can.uuid);
  });

  it('run, and say so, where their UUID cannot be kept', async () => {
    const told: string[] = [];
    lab.controllers.onUnwritable(({ details }) => told.push((details as { path: string }).path));
    rmSync(`${kept}.uuid`, { force: true });
    mkdirSync(`${kept}.uuid`, { recursive: true });
    assert.equal((await lab.controllers.start(lab.image)).kept, kept);
    assert.deepEqual(told, [`${kept}.uuid`]);
    rmSync(`${kept}.uuid`, { recursive: true });
  });

  it('share none either when they are started at the same time', async () => {
    const both = await Promise.all([
      lab.controllers.start(lab.image),
      lab.controllers.start(`${lab.image}?speed=2`),
    ]);
    assert.equal(both.filter((run) => run.kept === kept).length, 1);
  });

  it('do not touch the file of a controller of another process, until that is gone', async () => {
    const lock = `${kept}.lock`;
    writeFileSync(lock, `${process.ppid}`);
    // It is waited for, and that in real time, because files are read.
    const hurriedClock = scaledClock(systemClock, 20);
    lab.renew(lab.open, {}, hurriedClock);
    await assert.rejects(lab.controllers.start(lab.image), {
      code: 'flash-in-use',
      details: { path: kept, process: process.ppid },
    });
    assert.deepEqual(lab.controllers.names, []);
    rmSync(lock);
    assert.equal((await lab.controllers.start(lab.image)).kept, kept);
    assert.equal(readFileSync(lock, 'utf8'), `${process.pid}`);
    await lab.controllers.stop(lab.image);
    assert.equal(existsSync(lock), false);
  });

  it('hold no file after they could not be started', async () => {
    await assert.rejects(lab.controllers.start(`${lab.image}?uuid=xyz`), { code: 'usage' });
    assert.equal(existsSync(`${kept}.lock`), false);
  });

  it('go on with what one has stored that is being stopped this moment', async () => {
    const { controller } = await lab.controllers.start(lab.image);
    controller.flash.change(EEPROM_OFFSET, Uint8Array.of(7, 8, 9));
    const stopping = lab.controllers.stop(lab.image);
    const again = await lab.controllers.start(lab.image);
    await stopping;
    assert.equal(again.kept, kept);
    assert.deepEqual(
      [...again.controller.flash.content.subarray(EEPROM_OFFSET, EEPROM_OFFSET + 3)],
      [7, 8, 9],
    );
  });
});
