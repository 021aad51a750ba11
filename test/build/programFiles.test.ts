import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
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
});
