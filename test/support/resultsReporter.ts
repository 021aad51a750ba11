import Mocha from 'mocha';
import { RESULTS_VARIABLE, writeResults } from './layerResults';

/** Mocha's usual report, and the counts in a file for `npm test`. */
class ResultsReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    const skipped: string[] = [];
    runner.on('pending', (test) => skipped.push(test.fullTitle()));
    runner.once('end', () => {
      const file = process.env[RESULTS_VARIABLE];
      const { passes, failures } = runner.stats!;
      if (file !== undefined) writeResults(file, { passed: passes, failed: failures, skipped });
    });
  }
}

export = ResultsReporter;
