//! What a failure of SQLite or of the file system means for a person, and whether it means that the file is damaged.

use std::io;

use rusqlite::{Error, ErrorCode, ffi};

use crate::message::StoreFault;

/// Returns what a person is told.
pub fn of(error: &Error) -> StoreFault {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreFault::Full,
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            StoreFault::ReadOnly
        }
        _ => StoreFault::Broken,
    }
}

/// Returns what a person is told of a failure outside of SQLite.
pub fn of_io(error: &io::Error) -> StoreFault {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreFault::Full,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => StoreFault::ReadOnly,
        _ => StoreFault::Broken,
    }
}

/// Says whether the file itself is at fault: then it is set aside. A full disk or a failing one is no such case.
pub fn is_damage(error: &Error) -> bool {
    match error {
        Error::SqliteFailure(failure, _) => {
            matches!(
                failure.code,
                ErrorCode::DatabaseCorrupt
                    | ErrorCode::NotADatabase
                    | ErrorCode::ConstraintViolation
                    | ErrorCode::TypeMismatch
                    // A table or a column that should be there is not.
                    | ErrorCode::Unknown
            ) || failure.extended_code == ffi::SQLITE_IOERR_SHORT_READ
        }
        Error::SqlInputError { .. }
        | Error::FromSqlConversionFailure(..)
        | Error::IntegralValueOutOfRange(..)
        | Error::Utf8Error(..)
        | Error::InvalidColumnType(..)
        | Error::QueryReturnedNoRows => true,
        _ => false,
    }
}

/// Says whether the file itself is at fault, by what an open one answers. A table that is missing is no sign of that:
/// the file may be just in the making.
pub fn is_damage_in_use(error: &Error) -> bool {
    let may_be_ours = matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::Unknown | ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch)
    );
    is_damage(error) && !may_be_ours
}
