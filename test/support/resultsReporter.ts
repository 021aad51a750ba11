import Mocha from 'mocha';
import { RESULTS_VARIABLE, writeResults } from './layerResults';

/** Mocha's usual report, and the counts in a file for `npm test`. */
class ResultsReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    const failed: string[] = [];
    const skipped: string[] = [];
    runner.on('fail', (test) => failed.push(test.fullTitle()));
    runner.on('pending', (test) => skipped.push(test.fullTitle()));
    runner.once('end', () => {
      const file = process.env[RESULTS_VARIABLE];
      if (file !== undefined) writeResults(file, { passed: runner.stats!.passes, failed, skipped });
    });
  }
}

export = ResultsReporter;
