"""Folders of backups: what they hold on disk, written whole, each byte known by its digest."""

from kb.backup.backup_folder import BackupFolder, BackupList, StoredFile

__all__ = ["BackupFolder", "BackupList", "StoredFile"]
