//! `F04..`: control flow and errors.
