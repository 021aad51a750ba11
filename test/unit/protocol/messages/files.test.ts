import * as files from '../../../../src/protocol/messages/files';
import { bytes, exchange, refuses } from './exchange';

describe('files of an Express module', () => {
  it('are listed', () => {
    exchange(files.fileList('/a', ''), '8c "/a" 00 00', '8c 00', { more: false, entries: [] });
    exchange(
      files.fileList('/a', 'b'),
      '8c "/a" 00 "b" 00',
      '8c 01 01 00000000 "dir" 00 00 00000400 "log.csv" 00',
      {
        more: true,
        entries: [
          { directory: true, size_B: 0, name: 'dir' },
          { directory: false, size_B: 1024, name: 'log.csv' },
        ],
      },
    );
    refuses(files.fileList('/a', ''), '8c 00 01 0000');
  });

  it('are read', () => {
    const chunk = { offset: 400, size_B: 1024, data: bytes('aabb') };
    exchange(files.fileRead('/a', 400), '8d "/a" 00 00000190', '8d 00000190 00000400 aabb', chunk);
    refuses(files.fileRead('/a', 0), '8d 00000190 00000400 aabb', '8d 00000000');
  });

  it('are written', () => {
    const request = files.fileWrite('/a', 384, 1024, bytes('aabb'));
    exchange(request, '8e "/a" 00 00000180 00000400 aabb', '8e 00000180 01', { offset: 384, ok: true });
    exchange(request, '8e "/a" 00 00000180 00000400 aabb', '8e 00000180 00', { offset: 384, ok: false });
    refuses(request, '8e 00000000 01', '8e 00000180');
  });

  it('are made and removed', () => {
    exchange(files.fileMakeDirectory('/d'), '8f "/d" 00', '8f 01', true);
    exchange(files.fileRemove('/d'), '90 "/d" 00', '90 00', false);
  });
});
