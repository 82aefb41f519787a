//! The AWS edge against moto: the real SDK over HTTP, in processes of their own.

mod clock;
mod credentials;
mod denied;
mod faults;
mod logins;
mod mfa;
mod origin;
mod pages;
mod reading;
mod settings;
mod waiting;
