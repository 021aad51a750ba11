import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { isVescError } from '../../src/base/errors';
import { readKeptImage } from '../../src/build/keptImage';
import { checkImage, readImage } from '../../src/image/imageFile';
import { describeWithCompiler, FirmwareWorkspace } from './firmwareWorkspace';

describeWithCompiler('files of a real build', () => {
  let workspace: FirmwareWorkspace;
  before(() => (workspace = new FirmwareWorkspace()));
  after(() => workspace.dispose());

  it('give the same image, whether .bin, .hex or .elf', async () => {
    const { image: bin } = await workspace.build('60');
    const wanted = readFileSync(bin!);
    for (const extension of ['hex', 'elf']) {
      const name = bin!.replace(/bin$/, extension);
      const image = readImage(readFileSync(name), name);
      assert.equal(Buffer.compare(image.bytes, wanted), 0, extension);
      assert.equal(image.identity.hardware, '60');
      assert.deepEqual(checkImage(image), []);
    }
  });

  it('are kept as the ELF alone, which gives back the image and nothing but it', async () => {
    const { image: bin, buildId } = await workspace.build('60_mk6');
    const wanted = readFileSync(bin!);
    const [record] = await workspace.records.list();
    assert.ok(record);
    assert.equal(record.buildId, buildId);
    await workspace.host.files.remove(bin!);
    const image = await readKeptImage(record, workspace.host.files);
    assert.equal(Buffer.compare(image.bytes, wanted), 0);

    const refused = (error: unknown): boolean => isVescError(error, 'kept-build-unusable');
    const elf = readFileSync(record.elf);
    // The name of the hardware lies in the image; another one makes another build of it.
    elf.write('org.vesc.61', elf.indexOf('org.vesc.60'));
    writeFileSync(record.elf, elf);
    await assert.rejects(readKeptImage(record, workspace.host.files), refused);
    writeFileSync(record.elf, elf.subarray(0, 100));
    await assert.rejects(readKeptImage(record, workspace.host.files), refused);
    await workspace.host.files.remove(record.elf);
    await assert.rejects(readKeptImage(record, workspace.host.files), refused);
  });
});
