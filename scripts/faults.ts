// `npm run faults:full`: every disturbance at every frame and every flash operation of every situation, and
// docs/outcomes.md written anew from what became of them.
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import { Tally } from '../test/faults/outcomes';
import { allCases, describeCase } from '../test/faults/sample';
import { type Situation, SITUATIONS } from '../test/faults/situation';
import { disturb, type Outcome, type Site, sitesOf } from '../test/faults/trial';

const FILE = join(__dirname, '../docs/outcomes.md');

/** What a worker tells of one case. */
interface Told {
  readonly situation: number;
  readonly disturbance: string;
  readonly outcome?: Outcome;
  readonly wrong?: string;
}

/** Runs every `count`-th case, from the `first` on. */
async function work(first: number, count: number): Promise<void> {
  let number = 0;
  for (const [index, situation] of SITUATIONS.entries()) {
    for (const each of allCases(await sitesOf(situation))) {
      if (number++ % count !== first) continue;
      const { site, disturbance } = each;
      const told = await disturb(situation, site, disturbance).then(
        (outcome) => ({ outcome }),
        (error: unknown) => ({ wrong: `${describeCase(each)}: ${(error as Error).message}` }),
      );
      process.send?.({ situation: index, disturbance: disturbance.name, ...told } satisfies Told);
    }
  }
}

function startWorker(first: number, count: number, onTold: (told: Told) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(__filename, ['--worker', String(first), String(count)]);
    child.on('message', (message) => onTold(message as Told));
    child.once('exit', (status) => {
      if (status === 0) resolve();
      else reject(new Error(`a worker ended with status ${status}`));
    });
  });
}

const frames = (sites: readonly Site[]): number => sites.filter(({ kind }) => kind === 'frame').length;

function traits({ bootloader, known, window = 1, latency_ms = 0, behindCan }: Situation): string {
  return [
    `bootloader: ${bootloader}`,
    known ? 'it was seen to work before' : 'it is looked for first',
    ...(window > 1 ? [`${window} writes in flight`] : []),
    ...(latency_ms > 0 ? [`${latency_ms} ms each way`] : []),
    ...(behindCan ? ['forwarded over CAN'] : []),
  ].join(', ');
}

async function report(tallies: readonly Tally[]): Promise<string> {
  const runs = tallies.reduce((sum, tally) => sum + tally.runs, 0);
  const wrong = tallies.reduce((sum, tally) => sum + tally.wrong.length, 0);
  const parts = await Promise.all(
    SITUATIONS.map(async (situation, index) => {
      const sites = await sitesOf(situation);
      const places = `${frames(sites)} frames, ${sites.length - frames(sites)} flash operations`;
      return `## ${situation.name}\n\n${traits(situation)}; ${places}.\n\n${tallies[index]!.table()}\n`;
    }),
  );
  return `${INTRODUCTION}
**${runs} disturbed updates, ${wrong} of them with a wrong verdict, a hang or lost settings.**

${parts.join('\n')}`;
}

const INTRODUCTION = `# What becomes of a disturbed update

Written by \`npm run faults:full\`; do not edit. Every disturbance below strikes at every single frame, in both
directions, or at every single erase and program call of the flash, of a whole update of the simulated controller.
Each run is checked four times:

- it ends, in exactly one verdict;
- the verdict is true of the simulated flash: \`updated\` only where the new firmware runs, \`interrupted\`,
  \`not-taken\` and \`refused\` only where the old one does, \`lost\` only where the controller was not back in time;
- what the user stored (settings of every motor, LispBM and QML code) is there, or the journal says that it is owed;
- flashing again, with nothing in its way, ends as \`updated\` (without a bootloader that could do it: \`not-taken\`, as
  it must), nothing is owed any more, and everything the user stored is there.

\`lost, needs a programmer\` is what no software on this side can prevent: the power failed while the bootloader had
erased the old firmware and had not yet written all of the new one, or in the instant in which a first start stores its
own CRC. A run that ends so in any other place is counted as wrong.

\`npm test\` runs a seeded sample of these cases: one of each kind, for a share of the kinds.
`;

async function main(): Promise<void> {
  const tallies = SITUATIONS.map(() => new Tally());
  const count = availableParallelism();
  const start = performance.now();
  let done = 0;
  const onTold = ({ situation, disturbance, outcome, wrong }: Told): void => {
    const tally = tallies[situation]!;
    if (outcome) tally.add(disturbance, outcome);
    else tally.fail(`${SITUATIONS[situation]!.name}: ${wrong}`);
    if (++done % 1000 === 0) console.log(`${done} runs, ${Math.round((performance.now() - start) / 1000)} s`);
  };
  await Promise.all(Array.from({ length: count }, (_, first) => startWorker(first, count, onTold)));
  const text = await format(await report(tallies), { parser: 'markdown' });
  writeFileSync(FILE, text);
  console.log(text);
  const wrong = tallies.flatMap((tally) => tally.wrong);
  for (const each of wrong) console.log(`✘ ${each}`);
  console.log(`${done} runs in ${Math.round((performance.now() - start) / 1000)} s`);
  process.exitCode = wrong.length > 0 ? 1 : 0;
}

const [role, first, count] = process.argv.slice(2);
(role === '--worker' ? work(Number(first), Number(count)) : main()).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
