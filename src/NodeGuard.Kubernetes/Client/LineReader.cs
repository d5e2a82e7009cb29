namespace NodeGuard.Kubernetes.Client;

/// <summary>Lines of a stream, none longer than a limit. What is returned is valid until the next read.</summary>
internal sealed class LineReader(Stream stream, int limit)
{
    private byte[] _buffer = new byte[Math.Min(8 << 10, limit)];
    private int _start;
    private int _searched;
    private int _end;

    public async ValueTask<LineRead> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var newline = _buffer.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
            if (newline >= 0)
                return new LineRead(LineReadKind.Line, Take(_searched + newline));
            _searched = _end;
            if (_end - _start >= limit)
                return new LineRead(LineReadKind.TooLong, _buffer.AsMemory(_start, _end - _start));
            MakeRoom();
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation);
            if (read == 0)
                return _end > _start ? new LineRead(LineReadKind.Cut, TakeRest()) : new LineRead(LineReadKind.End, default);
            _end += read;
        }
    }

    private ReadOnlyMemory<byte> Take(int newline)
    {
        var line = _buffer.AsMemory(_start, newline - _start);
        _start = newline + 1;
        _searched = _start;
        return line;
    }

    private ReadOnlyMemory<byte> TakeRest()
    {
        var rest = _buffer.AsMemory(_start, _end - _start);
        _start = _searched = _end;
        return rest;
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _searched -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, (int)Math.Min(2L * _buffer.Length, limit));
    }
}

internal enum LineReadKind
{
    Line,
    End,

    /// <summary>The stream ended within a line.</summary>
    Cut,
    TooLong,
}

internal readonly record struct LineRead(LineReadKind Kind, ReadOnlyMemory<byte> Bytes);
