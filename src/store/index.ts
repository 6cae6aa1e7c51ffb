export { exportAudit, type AuditExportFormat, type AuditExportOptions } from './audit-export.ts';
export { manifestKey } from './manifest-key.ts';
export { verifyExport, writeSignedExport } from './audit-manifest.ts';
export { verifyAudit } from './audit-verify.ts';
export { backUpDatabase, defaultBackupPath, restoreDatabase } from './backup.ts';
export { openDatabase, type DatabaseHandle } from './database.ts';
export { loadMigrations, migrateDatabase } from './migrate.ts';
export { openStore, type DatabaseStore, type OpenStoreOptions } from './store.ts';
