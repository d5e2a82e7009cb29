using System.Buffers;

namespace NodeGuard.Kubernetes.Client;

/// <summary>A whole body in a rented buffer; give it back by disposing.</summary>
internal sealed class BodyReader : IDisposable
{
    private const int FirstSize = 16 << 10;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstSize);
    private int _length;

    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    /// <summary>False when the body is longer than <paramref name="limit"/>; then the first bytes are there.</summary>
    public async ValueTask<bool> ReadAsync(HttpContent content, long limit, CancellationToken cancellation)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellation);
        if (content.Headers.ContentLength is { } length && length > _buffer.Length && length <= limit)
            Grow((int)Math.Min(length + 1, Array.MaxLength));
        while (true)
        {
            if (_length == _buffer.Length)
                Grow((int)Math.Min(2L * _buffer.Length, Array.MaxLength));
            var read = await stream.ReadAsync(_buffer.AsMemory(_length), cancellation);
            if (read == 0)
                return true;
            _length += read;
            if (_length > limit || _length == Array.MaxLength)
                return false;
        }
    }

    public void Dispose()
    {
        // Another renter must not read a secret out of it.
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
        _buffer = [];
        _length = 0;
    }

    private void Grow(int size)
    {
        var larger = ArrayPool<byte>.Shared.Rent(size);
        Bytes.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
        _buffer = larger;
    }
}
