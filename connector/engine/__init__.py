"""The rules of lead mode as pure functions: values in, values out, `now` as an argument."""
