namespace NodeGuard.Kubernetes.Client;

/// <summary>Lines of a stream, none longer than a limit. What is returned is valid until the next read.</summary>
internal sealed class LineReader(Stream stream, int limit)
{
    private byte[] _buffer = new byte[Math.Min(8 << 10, limit)];
    private int _start;
    private int _searched;
    private int _end;

    /// <summary>Bytes of a line that the stream's end, or the limit, cut off.</summary>
    public ReadOnlyMemory<byte> Rest => _buffer.AsMemory(_start, _end - _start);

    public async ValueTask<LineRead> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var newline = _buffer.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
            if (newline >= 0)
                return new LineRead(LineReadKind.Line, Take(_searched + newline));
            _searched = _end;
            if (_end - _start >= limit)
                return new LineRead(LineReadKind.TooLong, Rest);
            MakeRoom();
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation);
            if (read == 0)
                return new LineRead(_end > _start ? LineReadKind.Cut : LineReadKind.End, Rest);
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
