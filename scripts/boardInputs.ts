// Writes src/emulator/boardInputRows.json: what the headers of a firmware tree tell of the inputs of its boards.
//   npx tsx scripts/boardInputs.ts TREE
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readBoardInputs } from '../src/build/boardInputs';
import { listBoards } from '../src/build/boards';
import { thisHost } from '../src/build/host';
import { tableRow } from '../src/emulator/boardInputTable';
import { findFirmwareTree } from '../src/build/firmwareTree';

async function main(root: string): Promise<void> {
  const host = thisHost(1);
  const tree = await findFirmwareTree(root, host);
  const rows = new Map<string, string[]>();
  const seen = new Set<string>();
  for (const { header, hardwareName } of await listBoards(tree, host)) {
    // Of boards with one name the first: they differ in limits, not in wiring.
    if (hardwareName === undefined || seen.has(hardwareName)) continue;
    seen.add(hardwareName);
    const row = JSON.stringify(tableRow(await readBoardInputs(header, host.files, root)));
    if (row !== '{}') rows.set(row, [...(rows.get(row) ?? []), hardwareName]);
  }
  const table = [...rows].map(([row, hardware]) => ({ hardware, ...(JSON.parse(row) as object) }));
  const file = join(__dirname, '../src/emulator/boardInputRows.json');
  writeFileSync(file, JSON.stringify(table, undefined, 1));
  execFileSync('npx', ['prettier', '--write', file]);
  console.log(`${seen.size} boards, ${rows.size} rows`);
}

void main(process.argv[2] ?? '.');
