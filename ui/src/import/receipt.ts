/** What became of the files of an import, as a sum that adds up: pure. */
import type { ImportJob } from '../backend/types';
import type { Texts } from '../i18n/i18n';

export function receiptLine(job: ImportJob, words: Texts): string {
  return words.t('import.receipt', {
    added: words.t('import.receipt.added', { count: job.added }),
    duplicate: words.t('import.receipt.duplicate', { count: job.duplicate }),
    rejected: words.t('import.receipt.rejected', { count: job.rejected_count }),
    found: job.found,
  });
}
