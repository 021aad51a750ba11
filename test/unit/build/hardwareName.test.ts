import assert from 'node:assert/strict';
import { readHardwareName } from '../../../src/build/hardwareName';
import { MemoryFiles } from './memoryFiles';

const read = (header: string, more: Record<string, string> = {}): Promise<string | undefined> =>
  readHardwareName('/t/hwconf/a/hw_x.h', new MemoryFiles({ '/t/hwconf/a/hw_x.h': header, ...more }), '/t');

describe('readHardwareName', () => {
  const cases: [string, string, string | undefined][] = [
    ['a plain name', '#define HW_NAME "A200S V2.1"', 'A200S V2.1'],
    ['a name in parts', '#define HW_NAME "A" "B"', 'AB'],
    ['a name by another macro', '#define N "60"\n#define HW_NAME N', '60'],
    ['comments', '#define HW_NAME "a//b" // "c"\n/* #define HW_NAME "d" */', 'a//b'],
    ['continued lines', '#define HW_NAME \\\n  "60"', '60'],
    ['the last definition', '#define HW_NAME "a"\n#undef HW_NAME\n#define HW_NAME "b"', 'b'],
    ['no definition', '#define OTHER 1', undefined],
    ['an undefined one', '#define HW_NAME "a"\n#undef HW_NAME', undefined],
    ['something that is no string', '#define HW_NAME stringify(60)', undefined],
    ['ifdef', '#define A\n#ifdef A\n#define HW_NAME "a"\n#else\n#define HW_NAME "b"\n#endif', 'a'],
    ['ifndef', '#define A\n#ifndef A\n#define HW_NAME "a"\n#else\n#define HW_NAME "b"\n#endif', 'b'],
    ['elif after a taken branch', '#if 1\n#define HW_NAME "a"\n#elif 1\n#define HW_NAME "b"\n#endif', 'a'],
    [
      'elif',
      '#if 0\n#elif defined(A) || !defined B\n#define HW_NAME "b"\n#else\n#define HW_NAME "c"\n#endif',
      'b',
    ],
    ['nested conditions', '#if 0\n#if 1\n#define HW_NAME "a"\n#endif\n#endif', undefined],
    [
      'comparisons',
      '#define R 0x6u\n#if R == 6 && R >= 6 && R <= 6 && R != 5 && !(R > 6) && !(R < 6)\n#define HW_NAME "6"\n#endif',
      '6',
    ],
    ['bracketed values', '#define R (2)\n#if R > 1\n#define HW_NAME "6"\n#endif', '6'],
    ['unknown names, which count as 0', '#if REVISION\n#else\n#define HW_NAME "none"\n#endif', 'none'],
    ['conditions beyond us', '#if A(1)\n#define HW_NAME "a"\n#else\n#define HW_NAME "b"\n#endif', undefined],
    [
      'what does not hang on them',
      '#if A(1)\n#define Z\n#elif 1\n#define Y\n#endif\n#define HW_NAME "a"',
      'a',
    ],
    ['half of a condition beyond us', '#if 1 || A(1)\n#define HW_NAME "a"\n#endif', undefined],
    ['stray directives', '#else\n#elif 1\n#endif\n#define HW_NAME "a"', 'a'],
    ['macros that name each other', '#define A B\n#define B A\n#if A\n#endif\n#define HW_NAME A', undefined],
  ];
  for (const [title, header, name] of cases)
    it(`follows ${title}`, async () => assert.equal(await read(header), name));

  it('follows includes next to the header, under hwconf and at the root', async () => {
    const include = '#define MK6\n#include "core.h"\n';
    const core = '#ifdef MK6\n#define HW_NAME "6"\n#endif\n';
    for (const file of ['/t/hwconf/a/core.h', '/t/hwconf/core.h', '/t/core.h'])
      assert.equal(await read(include, { [file]: core }), '6', file);
    assert.equal(await read(`#include <core.h>\n`, { '/t/core.h': core }), undefined);
    assert.equal(await read(include), undefined);
  });

  it('survives headers that include each other', async () => {
    assert.equal(await read('#define HW_NAME "a"\n#include "hw_x.h"\n'), 'a');
  });
});
