import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';
import ResultsReporter from '../../support/resultsReporter';
import { TEST_OUTPUT } from '../testOutput';

/** Called by VS Code inside the extension host. */
export async function run(): Promise<void> {
  Mocha.reporters.Base.consoleLog = (...args: unknown[]) => console.log(TEST_OUTPUT + format(...args));
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 60_000,
    color: true,
    forbidOnly: true,
    reporter: ResultsReporter,
  });
  for (const file of readdirSync(__dirname).filter((each) => each.endsWith('.test.js'))) {
    mocha.addFile(join(__dirname, file));
  }
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} editor tests failed.`);
}
