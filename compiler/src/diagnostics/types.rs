//! `F03..`: types.
