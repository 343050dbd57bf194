//! Why a file is not imported.

kinfolio_said::sentences! {
    EMPTY = "it is empty (0 bytes)";
    CHANGED = "it changed while it was being read; import it again when it is no longer written to";
    DENIED = "permission denied";
    MISSING = "it does not exist";
    UNREADABLE = "it cannot be read: {error}";
    PIPE = "it is a named pipe, not a file";
    SOCKET = "it is a socket, not a file";
    DEVICE = "it is a device, not a file";
    SPECIAL = "it is something special, not a file";
    LINK_LOOP = "the link leads back to {path}, a loop";
    LINK_NOWHERE = "the link leads nowhere";
}
